import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { PrincipalAccess } from './principal-access.tsx'
import { choices } from './testing/choices.ts'
import { exampleAssignment, getSecret } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleAssignment.principal

async function show(items: unknown[], isDeleted = false) {
  fakeServer({ ...choices, 'GET /role-assignments': () => Response.json({ items, nextCursor: null, count: null }) })
  return showPage('/', () => <PrincipalAccess principalId={principalId} isDeleted={isDeleted} />, '/')
}

test('marks what nobody uses, and leads to giving one more', async () => {
  const { screen } = await show([exampleAssignment])
  const table = screen.getByRole('table', { name: 'Role assignments' })
  await expect.element(table.getByText('Unused 90 d')).toBeVisible()
  await expect.element(table.getByRole('button', { name: /^Take away/ })).toBeVisible()
  await expect
    .element(screen.getByRole('link', { name: 'Add role assignment' }))
    .toHaveAttribute('href', `/access/add?principal=${principalId}`)
})

test('leads to the explanation with what was asked', async () => {
  const { screen, history } = await show([])
  await screen.getByLabelText('Do what').fill(getSecret)
  await screen.getByLabelText('Where').fill('/')
  // What is offered lies over the button until the field is left.
  await userEvent.keyboard('{Escape}')
  await screen.getByRole('button', { name: 'Explain' }).click()
  await expect.poll(() => history.location.pathname).toBe('/access/effective')
  expect(Object.fromEntries(new URLSearchParams(history.location.search))).toEqual({
    ...{ principal: principalId, action: getSecret, resource: '/' },
  })
})

test('of a deleted identity says that they are hidden and come back', async () => {
  const { screen } = await show([], true)
  await expect.element(screen.getByText('Hidden while it is deleted')).toBeVisible()
  await expect
    .element(screen.getByRole('button', { name: 'Add role assignment' }))
    .toHaveAccessibleDescription('It is deleted; restore it first.')
})
