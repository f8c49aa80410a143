import { AssignmentPreview } from '@signet/shared/api/authorization'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { AddAssignmentPage } from './add-page.tsx'
import { sentenceOf } from './assignment-preview-card.tsx'
import { choices } from './testing/choices.ts'
import { exampleAssignment, getSecret, secretsUser, vault } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { principal, role } = exampleAssignment
const preview = AssignmentPreview.parse({
  ...{ principal, role: secretsUser, scope: vault, isSame: false },
  adds: { actions: [], dataActions: [getSecret] },
})
const filled = `?${new URLSearchParams({ principal: principal.principalId, role: role.id, scope: vault })}`

async function show(more: Parameters<typeof fakeServer>[0] = {}, search = '', as?: 'viewer') {
  const sent = fakeServer({ ...choices, 'GET /access/preview': () => Response.json(preview), ...more })
  const content = () => (
    <>
      <AddAssignmentPage />
      <Toaster />
    </>
  )
  return { ...(await showPage('/access/add', content, `/access/add${search}`, as)), sent }
}

test('says what would change before it is done, and then gives the role', async () => {
  const { screen, history, sent } = await show({
    'POST /role-assignments': () => Response.json(exampleAssignment, { status: 201 }),
  })
  await screen.getByRole('button', { name: 'Give the role' }).click()
  await expect.element(screen.getByText('Pick a principal of the list, or paste its ID.')).toBeVisible()
  expect(sent.some(({ method }) => method === 'POST')).toBe(false)
  await screen.getByLabelText('Principal').click()
  await screen.getByRole('option', { name: /web-01/ }).click()
  await screen.getByLabelText('Role', { exact: true }).selectOptions(secretsUser.name)
  await screen.getByLabelText('Scope').click()
  await screen.getByRole('option', { name: /^vault acme/ }).click()
  const sentence = 'web-01 will be able to read the secrets of a vault, in vault acme and everything below it.'
  await expect.element(screen.getByText(sentence)).toBeVisible()
  await expect.element(screen.getByText(getSecret)).toBeVisible()
  expect(new URLSearchParams(history.location.search).get('scope')).toBe(vault)
  await screen.getByLabelText(/^Reason/).fill('for the shop')
  await screen.getByRole('button', { name: 'Give the role' }).click()
  await expect.poll(() => history.location.pathname).toBe('/access')
  expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({
    ...{ principalId: principal.principalId, roleId: role.id, scope: vault, reason: 'for the shop' },
  })
})

test('says that it is given already, or that nothing is gained', async () => {
  const same = await show({ 'GET /access/preview': () => Response.json({ ...preview, isSame: true }) }, filled)
  await expect.element(same.screen.getByText('It is given already')).toBeVisible()
  await same.screen.unmount()
  const adds = { actions: [], dataActions: [] }
  const { screen } = await show({ 'GET /access/preview': () => Response.json({ ...preview, adds }) }, filled)
  await expect.element(screen.getByText('It gains nothing')).toBeVisible()
})

test('says why it would be refused before it is asked, and why it was', async () => {
  const { screen } = await show(
    {
      'GET /access/preview': () => problem('invalid_request', 400, 'Starter cannot be assigned at /.'),
      'POST /role-assignments': () => problem('conflict', 409, 'web-01 was deleted.'),
    },
    filled,
  )
  await expect.element(screen.getByText('Starter cannot be assigned at /.')).toBeVisible()
  await screen.getByRole('button', { name: 'Give the role' }).click()
  await expect.element(screen.getByText('web-01 was deleted.')).toBeVisible()
  await expect.element(screen.getByLabelText('Scope')).toHaveValue(vault)
})

test('shows somebody without the right whom to ask', async () => {
  const { screen, sent } = await show({}, filled, 'viewer')
  await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  expect(sent.some(({ path }) => path.startsWith('/access/preview'))).toBe(false)
})

test('a role whose description is another text is called by its name', () => {
  const own = { ...preview, scope: '/', role: { ...preview.role, name: 'Starter', description: 'For the night shift' } }
  expect(sentenceOf(own)).toBe('web-01 will have Starter, everywhere in this deployment.')
})
