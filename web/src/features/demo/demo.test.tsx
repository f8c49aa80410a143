import { Role } from '@signet/shared/vocabulary/permissions'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { DemoBadge, DemoEdge } from './demo-mark.tsx'
import { demoOptions } from './demo-queries.ts'
import { DemoRemovedPage } from './demo-removed-page.tsx'
import { RemoveDemo } from './remove-demo.tsx'

beforeEach(() => vi.restoreAllMocks())

/** The marks and the button on a start page, and the page that follows a removal. */
async function open() {
  const root = createRootRoute()
  const start = createRoute({
    getParentRoute: () => root,
    path: '/',
    component: () => (
      <>
        <DemoEdge />
        <DemoBadge />
        <RemoveDemo />
        <p>The page</p>
      </>
    ),
  })
  const removed = createRoute({ getParentRoute: () => root, path: '/demo-removed', component: DemoRemovedPage })
  const routeTree = root.addChildren([start, removed])
  const router = createRouter({ routeTree, history: createMemoryHistory() })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData(['session'], {
    operator: { id: 'x', displayName: 'Ada', role: Role.enum.admin },
    permissions: ['demo.remove'],
  })
  await render(
    <QueryClientProvider client={client}>
      {/* The types of the dashboard's own router are not those of this one. */}
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  )
  return client
}

test('says nothing of a demo where there is none', async () => {
  fakeServer({ 'GET /demo': () => Response.json({ demo: false }) })
  const client = await open()
  await expect.element(page.getByText('The page')).toBeVisible()
  await expect.poll(() => client.getQueryData(demoOptions.queryKey)).toEqual({ demo: false })
  expect(page.getByText('Demo').query()).toBeNull()
  expect(page.getByRole('button').query()).toBeNull()
})

test('shows the word on the edge and in the bar', async () => {
  fakeServer({ 'GET /demo': () => Response.json({ demo: true }) })
  await open()
  await expect.element(page.getByText('Demo', { exact: true }).first()).toBeVisible()
  expect(page.getByText('Demo', { exact: true }).elements()).toHaveLength(2)
})

test('removes the demo after one question, and waits for the server that comes after it', async () => {
  let demo = true
  const sent = fakeServer({
    'GET /demo': () => Response.json({ demo }),
    'DELETE /demo': () => new Response(null, { status: 204 }),
  })
  await open()
  await page.getByRole('button', { name: 'Remove demo data' }).click()
  expect(sent.some(({ method }) => method === 'DELETE')).toBe(false)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove demo data' }).click()
  await expect.element(page.getByText('Removing the demo data')).toBeVisible()
  expect(sent.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  demo = false
  await expect.element(page.getByText('The link in the terminal signs you in.', { exact: false })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Go to the sign-in page' })).toBeVisible()
})

test('says why the demo cannot be removed', async () => {
  fakeServer({
    'GET /demo': () => Response.json({ demo: true }),
    'DELETE /demo': () => problem('conflict', 409, 'This server was not started by signet start --demo.'),
  })
  await open()
  await page.getByRole('button', { name: 'Remove demo data' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove demo data' }).click()
  await expect.element(page.getByText('This server was not started by signet start --demo.')).toBeVisible()
})
