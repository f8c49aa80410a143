import type { AccessExplanation } from '@signet/shared/api/authorization'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { EffectivePage } from './effective-page.tsx'
import { missWords } from './explanation.tsx'
import { choices } from './testing/choices.ts'
import { denied, exampleAssignment, getSecret, secretsUser, subscription, vault } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { principal } = exampleAssignment
const explain = 'GET /access/explanation'
const near = { roleId: secretsUser.id, roleName: secretsUser.name, assignmentId: exampleAssignment.id }
const question = { principal: principal.principalId, action: getSecret, resource: vault }

async function show(answer: Partial<AccessExplanation>, search: Record<string, string> = question) {
  const sent = fakeServer({
    ...choices,
    [explain]: () => Response.json({ ...denied, ...answer }),
    'GET /access/holders': () => Response.json({ items: [exampleAssignment], nextCursor: null }),
  })
  const at = `/access/effective?${new URLSearchParams(search)}`
  return { ...(await showPage('/access/effective', () => <EffectivePage />, at)), sent }
}

test('a denial names what would allow it, with the way there', async () => {
  const { screen, sent } = await show({})
  await expect.element(screen.getByText('Denied: web-01 may not')).toBeVisible()
  await expect.element(screen.getByText(/It has no role anywhere/)).toBeVisible()
  const link = screen.getByRole('link', { name: 'Give Key Vault Secrets User' })
  const href = new URL(link.element().getAttribute('href') ?? '', 'http://x')
  expect(Object.fromEntries(href.searchParams)).toEqual({
    ...{ principal: principal.principalId, role: secretsUser.id, scope: vault },
  })
  // Whether it is about data is known of an action that the vault asks for.
  expect(sent.find(({ path }) => path.startsWith('/access/explanation'))?.path).toContain('data=true')
})

test('a near miss says what is missing, and leads to the same role where it was asked about', async () => {
  const scope = `${subscription}/resourceGroups/other`
  const { screen } = await show({ nearMisses: [{ ...near, scope, why: 'other_scope' }] })
  const words = 'Key Vault Secrets User at resource group other has the action, but vault acme is not below that.'
  await expect.element(screen.getByText(words)).toBeVisible()
  const link = screen.getByRole('link', { name: 'Give it at vault acme' })
  expect(link.element().getAttribute('href')).toContain(`role=${secretsUser.id}`)
})

test('of many near misses the nearest are shown, and where the others are', async () => {
  const miss = (index: number) => ({
    ...near,
    assignmentId: exampleAssignment.id.replace('1f0e8f1a', `1f0e8f0${index}`),
  })
  const nearMisses = Array.from({ length: 9 }, (_, index) => {
    return { ...miss(index), scope: vault, why: 'action_missing' as const }
  })
  const { screen } = await show({ nearMisses })
  await expect.poll(() => screen.getByText(/does not have the action/).elements().length).toBe(6)
  await expect.element(screen.getByRole('link', { name: 'the other 3 of its role assignments' })).toBeVisible()
})

test('an allowance names the assignment and the way down, and that a paused one gets nothing', async () => {
  const by = { ...near, scope: subscription }
  const { screen } = await show({ allowed: true, by, remedies: [], principal: { ...principal, state: 'suspended' } })
  await expect.element(screen.getByText('Allowed: web-01 may')).toBeVisible()
  await expect.element(screen.getByText(/which it has at subscription 0b9e2b6c/)).toBeVisible()
  for (const step of ['subscription 0b9e2b6c…', 'resource group shop', 'vault acme']) {
    await expect.element(screen.getByText(step, { exact: true })).toBeVisible()
  }
  await expect.element(screen.getByText('It is paused')).toBeVisible()
  const link = screen.getByRole('link', { name: 'Show this role assignment' })
  expect(link.element().getAttribute('href')).toContain(`peek=${exampleAssignment.id}`)
})

test('who can do it is asked by the same fields, without a principal', async () => {
  const { screen, history } = await show({})
  await screen.getByLabelText('Question').selectOptions('Who can do it there?')
  await expect.element(screen.getByRole('table', { name: 'Who can' }).getByText('web-01')).toBeVisible()
  expect(new URLSearchParams(history.location.search).get('ask')).toBe('who')
  await expect.element(screen.getByLabelText('Who', { exact: true })).not.toBeInTheDocument()
})

test('nothing is asked until there is a question, and a refusal is shown', async () => {
  const { screen, sent } = await show({}, { action: 'x' })
  await expect.element(screen.getByText(/^Pick a principal, an action and a place/)).toBeVisible()
  expect(sent.some(({ path }) => path.startsWith('/access/explanation'))).toBe(false)
  await screen.unmount()
  fakeServer({ ...choices, [explain]: () => problem('not_found', 404, 'There is no such principal.') })
  const at = `/access/effective?${new URLSearchParams(question)}`
  const other = await showPage('/access/effective', () => <EffectivePage />, at)
  await expect.element(other.screen.getByText('There is no such principal.')).toBeVisible()
})

test.each([
  ['excluded', 'true', /leaves it out again, by notDataActions/],
  ['excluded', 'false', /leaves it out again, by notActions/],
  ['other_plane', 'true', /for resources, not for the data in them/],
  ['other_plane', 'false', /for the data in resources, not for resources themselves/],
  ['action_missing', 'true', /does not have the action/],
] as const)('%s, data %s, in words', (why, data, words) => {
  expect(missWords({ ...near, scope: vault, why }, { action: getSecret, scope: vault, data })).toMatch(words)
})
