import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { NewRolePage, RolePage } from './role-page.tsx'
import { RolesPage } from './roles-page.tsx'
import { exampleAssignment, exampleRole, secretsUser } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const path = `/roles/${exampleRole.id}`
const empty = { items: [], nextCursor: null, count: null }

async function show(more: Parameters<typeof fakeServer>[0] = {}, roleId = exampleRole.id, as?: 'viewer') {
  const sent = fakeServer({
    [`GET ${path}`]: () => Response.json(exampleRole),
    [`GET /roles/${secretsUser.id}`]: () => Response.json(secretsUser),
    'GET /role-assignments': () => Response.json(empty),
    ...more,
  })
  const content = () => (
    <>
      <RolePage />
      <Toaster />
    </>
  )
  return { ...(await showPage('/access/roles/$roleId', content, `/access/roles/${roleId}`, as)), sent }
}

test('an own role is changed, under the version that was read', async () => {
  const changed = { ...exampleRole, description: 'May start machines by night.', version: 4 }
  const { screen, sent } = await show({ [`PUT ${path}`]: () => Response.json(changed) })
  await screen.getByLabelText('Description').fill(changed.description)
  await screen.getByRole('button', { name: 'Save role' }).click()
  await expect.element(screen.getByText('Role saved')).toBeVisible()
  const put = sent.find(({ method }) => method === 'PUT')
  expect(put?.headers.get('If-Match')).toBe('"3"')
  expect(put?.body).toMatchObject({ description: changed.description, permission: exampleRole.permission })
})

test('a change by somebody else meanwhile is shown beside one’s own, and nothing is lost', async () => {
  const inForce = { ...exampleRole, name: 'Night starter', version: 4 }
  let reads = 0
  const { screen } = await show({
    [`GET ${path}`]: () => Response.json(reads++ === 0 ? exampleRole : inForce),
    [`PUT ${path}`]: () => problem('precondition_failed', 412),
  })
  await screen.getByLabelText('Description').fill('Mine')
  await screen.getByRole('button', { name: 'Save role' }).click()
  await expect.element(screen.getByText('Somebody else changed the role meanwhile')).toBeVisible()
  await screen.getByRole('button', { name: 'See difference' }).click()
  await expect.element(screen.getByRole('table', { name: 'Difference' }).getByText('Night starter')).toBeVisible()
  await expect.element(screen.getByLabelText('Description')).toHaveValue('Mine')
})

test('says that the right was taken away meanwhile, and what is wrong otherwise', async () => {
  let answer = problem('conflict', 409, 'There is a role called Starter already, or one of that ID.')
  const { screen } = await show({ [`PUT ${path}`]: () => answer })
  await screen.getByLabelText('Actions', { exact: true }).fill('*')
  await screen.getByRole('button', { name: 'Save role' }).click()
  await expect.element(screen.getByText(/^There is a role called Starter already/)).toBeVisible()
  answer = problem('forbidden', 403)
  await screen.getByRole('button', { name: 'Save role' }).click()
  await expect.element(screen.getByText('Your role does not allow this')).toBeVisible()
  await expect.element(screen.getByLabelText('Actions', { exact: true })).toHaveValue('*')
})

test('a role that somebody has is not removed, and one that nobody has is, after a question', async () => {
  const held = await show({ [`GET ${path}`]: () => Response.json({ ...exampleRole, assignments: 2 }) })
  await expect
    .element(held.screen.getByRole('button', { name: 'Remove…' }))
    .toHaveAccessibleDescription('Somebody has it. Take it from everybody first.')
  await held.screen.unmount()
  const { screen, history } = await show({ [`DELETE ${path}`]: () => new Response(null, { status: 204 }) })
  await screen.getByRole('button', { name: 'Remove…' }).click()
  await screen.getByRole('button', { name: 'Remove role' }).click()
  await expect.poll(() => history.location.pathname).toBe('/access/roles')
})

test('a built-in role is shown, with who has it, and cannot be edited', async () => {
  const { screen } = await show(
    { 'GET /role-assignments': () => Response.json({ ...empty, items: [exampleAssignment] }) },
    secretsUser.id,
  )
  await expect.element(screen.getByRole('heading', { name: secretsUser.name })).toBeVisible()
  await expect.element(screen.getByRole('table', { name: 'Who has it' }).getByText('web-01')).toBeVisible()
  await expect.element(screen.getByLabelText('Description')).not.toBeInTheDocument()
})

test('a new role is checked line by line before it is sent', async () => {
  const sent = fakeServer({ 'POST /roles': () => Response.json(exampleRole, { status: 201 }) })
  const { screen, history } = await showPage('/access/roles/new', () => <NewRolePage />, '/access/roles/new')
  await screen.getByLabelText('Name').fill('Starter')
  await screen.getByLabelText('Actions', { exact: true }).fill('Microsoft.Compute/*/read\nno good')
  await screen.getByRole('button', { name: 'Create role' }).click()
  await expect.element(screen.getByText('Line 2: letters, digits and * . _ - /')).toBeVisible()
  expect(sent).toEqual([])
  await screen.getByLabelText('Actions', { exact: true }).fill('Microsoft.Compute/*/read')
  await screen.getByRole('button', { name: 'Create role' }).click()
  await expect.poll(() => history.location.pathname).toBe(`/access/roles/${exampleRole.id}`)
})

test('roles are listed with how often each is given', async () => {
  fakeServer({ 'GET /roles': () => Response.json({ items: [secretsUser, exampleRole] }) })
  const { screen } = await showPage('/access/roles', () => <RolesPage />, '/access/roles', 'viewer')
  const row = screen.getByRole('row').nth(1)
  await expect.element(row.getByText('Built in')).toBeVisible()
  await expect.element(row.getByRole('link', { name: '1' })).toHaveAttribute('href', `/access?role=${secretsUser.id}`)
  await expect
    .element(screen.getByRole('button', { name: 'New role' }))
    .toHaveAccessibleDescription(/lacks roles.write/)
})
