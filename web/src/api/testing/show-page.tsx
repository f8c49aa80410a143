import type { Session } from '@signet/shared/api/operators'
import { permissionsOf, type Role } from '@signet/shared/vocabulary/permissions'
import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { render } from 'vitest-browser-react'
import { createQueryClient } from '../query-client.ts'
import { sessionKey } from '../session.ts'

/** Shows one page of a signed-in operator at an address, the path that `app/router.tsx` gives it. */
export async function showPage(path: string, page: () => ReactNode, at: string, role: Role = 'admin') {
  const client = createQueryClient()
  const session = { operator: { displayName: 'Ada', role }, permissions: permissionsOf[role] } as unknown as Session
  client.setQueryData(sessionKey, session)
  const root = createRootRoute()
  const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in' })
  const shown = createRoute({ getParentRoute: () => signedIn, path, component: page })
  const routeTree = root.addChildren([signedIn.addChildren([shown])])
  const router = createRouter({
    routeTree,
    history: createMemoryHistory({ initialEntries: [at] }),
    // Where the page leads to is seen by the address alone.
    defaultNotFoundComponent: () => null,
  })
  await router.load()
  const screen = await render(
    <QueryClientProvider client={client}>
      {/* The types of the dashboard's own router are not those of this one. */}
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  )
  return { screen, client, history: router.history }
}
