import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router'
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { focusAfterNavigation } from './focus-after-navigation.ts'

async function show() {
  const root = createRootRoute({
    component: () => (
      <>
        <Link to="/jobs">Rail</Link>
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </>
    ),
  })
  const routeTree = root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/', component: () => <Link to="/jobs">Row</Link> }),
    createRoute({ getParentRoute: () => root, path: '/jobs', component: () => <h1>Jobs</h1> }),
  ])
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: ['/'] }) })
  const stop = focusAfterNavigation(router)
  await render(<RouterProvider router={router} />)
  return stop
}

async function follow(name: string): Promise<void> {
  const link = page.getByRole('link', { name })
  await expect.element(link).toBeVisible()
  const element = link.element()
  if (element instanceof HTMLElement) element.focus()
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
}

test('goes on from the content of a page when the link that led there is gone', async () => {
  const stop = await show()
  await follow('Row')
  await expect.element(page.getByRole('main')).toHaveFocus()
  stop()
})

test('stays on a link that is still there', async () => {
  const stop = await show()
  await follow('Rail')
  await expect.element(page.getByRole('link', { name: 'Rail' })).toHaveFocus()
  stop()
})
