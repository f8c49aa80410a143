import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { AssignmentsPage } from './assignments-page.tsx'
import { choices } from './testing/choices.ts'
import { exampleAssignment, secretsUser, subscription } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { id, principal, role, scope } = exampleAssignment
const list = 'GET /role-assignments'
const none = () => Response.json({ items: [], nextCursor: null, count: { shown: 0, isCapped: false, all: 0 } })

async function show(more: Parameters<typeof fakeServer>[0] = {}, search = '', as?: 'viewer' | 'developer') {
  await page.viewport(1280, 900)
  const sent = fakeServer({
    [list]: () =>
      Response.json({ items: [exampleAssignment], nextCursor: null, count: { shown: 1, isCapped: false, all: 3 } }),
    ...choices,
    [`GET /role-assignments/${id}`]: () => Response.json(exampleAssignment),
    ...more,
  })
  const content = () => (
    <>
      <AssignmentsPage />
      <Toaster />
    </>
  )
  return { ...(await showPage('/access/', content, `/access/${search}`, as)), sent }
}

test('shows who has which role where, and that nobody uses it', async () => {
  const { screen } = await show()
  const row = screen.getByRole('row').nth(1)
  await expect.element(row.getByRole('link', { name: principal.name })).toBeVisible()
  await expect.element(row.getByText('vault acme in group shop')).toBeVisible()
  await expect.element(row.getByText('Never')).toBeVisible()
  await expect.element(row.getByText('Unused 90 d')).toBeVisible()
  await expect.element(screen.getByText('1 of 3')).toBeVisible()
})

test('keeps what it filters by in the address, and asks the server for that', async () => {
  const { screen, history, sent } = await show()
  await screen.getByLabelText('View').selectOptions('Unused for 90 days')
  await screen.getByLabelText('Role').selectOptions(secretsUser.name)
  await screen.getByLabelText('Principal').fill(principal.principalId)
  await screen.getByLabelText('At or below').fill(`${subscription}/resourceGroups/shop`)
  await expect
    .poll(() => Object.fromEntries(new URLSearchParams(history.location.search)))
    .toMatchObject({ view: 'unused', role: role.id, principal: principal.principalId })
  await expect
    .poll(() => sent.filter(({ path }) => path.startsWith('/role-assignments?')).at(-1)?.path)
    .toMatch(/principalId=5c1d9a52.*roleId=4633458b.*under=.*shop.*unused=true/)
})

test('says what an empty list means: no role yet, or none that matches', async () => {
  const first = await show({ [list]: none })
  await expect.element(first.screen.getByText('No role is assigned')).toBeVisible()
  await expect.element(first.screen.getByRole('link', { name: 'Give the first role' })).toBeVisible()
  await first.screen.unmount()
  const { screen, history } = await show({ [list]: none }, '?view=broad')
  await expect.element(screen.getByText('No role assignment matches')).toBeVisible()
  await screen.getByRole('button', { name: 'Clear filters' }).click()
  await expect.poll(() => history.location.search).toBe('')
})

test('says why it cannot be read, and reads it again', async () => {
  let fails = true
  const { screen } = await show({
    [list]: () => (fails ? problem('conflict', 409, 'The disk is on fire.') : none()),
  })
  await expect.element(screen.getByText('The disk is on fire.')).toBeVisible()
  fails = false
  await screen.getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByText('No role is assigned')).toBeVisible()
})

test('takes a role away after a question, and gives it back on demand', async () => {
  const remove = `DELETE /role-assignments/${id}`
  const { screen, sent } = await show(
    {
      [remove]: () => new Response(null, { status: 204 }),
      'POST /role-assignments': () => Response.json(exampleAssignment, { status: 201 }),
    },
    `?peek=${id}`,
  )
  await screen.getByRole('button', { name: /^Take away/ }).click()
  const question = screen.getByRole('alertdialog')
  await expect.element(question.getByText(/at vault acme and everything below is refused/)).toBeVisible()
  await question.getByLabelText(/^Reason/).fill('nobody uses it')
  await question.getByRole('button', { name: 'Take away' }).click()
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect
    .poll(() => sent.filter(({ method }) => method !== 'GET').map(({ method, body }) => ({ method, body })))
    .toMatchObject([
      { method: 'DELETE', body: { reason: 'nobody uses it' } },
      { method: 'POST', body: { principalId: principal.principalId, roleId: role.id, scope } },
    ])
})

test('shows somebody without the right what is missing', async () => {
  const viewer = await show({}, '', 'viewer')
  await expect
    .element(viewer.screen.getByRole('button', { name: 'Add role assignment' }))
    .toHaveAccessibleDescription(/lacks roles.write/)
  await viewer.screen.unmount()
  const developer = await show({}, '', 'developer')
  await expect.element(developer.screen.getByText('Your role does not allow this')).toBeVisible()
  expect(developer.sent.some(({ path }) => path.startsWith('/role-assignments'))).toBe(false)
})
