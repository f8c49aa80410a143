import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { sessionOptions } from '../api/session.ts'
import { DemoEdge } from '../features/demo/demo-mark.tsx'
import { ErrorPage } from './error-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { SessionGate } from './session-gate.tsx'

function Root() {
  return (
    <>
      <DemoEdge />
      <Outlet />
    </>
  )
}

export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFoundPage,
})

/** Around every page that needs a session. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionOptions)
    if (session === null) throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
  component: SessionGate,
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
})
