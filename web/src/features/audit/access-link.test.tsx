import { expect, test } from 'vitest'
import { showPage } from '../../api/testing/show-page.tsx'
import { AccessLink } from './access-link.tsx'
import { exampleEvent, exampleIds } from './testing/examples.ts'

const roleId = '7d4b0c11-5a51-4c2e-9d3a-2f6b1f0c9a77'
const scope = '/subscriptions/0b9e2b6c-1111-4222-8333-944455556666'
const dataAction = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'

async function linkOf(given: Parameters<typeof exampleEvent>[0]) {
  const { screen } = await showPage('/', () => <AccessLink event={exampleEvent(given)} />, '/')
  const link = screen.getByRole('link')
  return { link, href: () => decodeURIComponent(link.element().getAttribute('href') ?? '') }
}

test('a refusal leads to its explanation, with all that was asked', async () => {
  const actor = { kind: 'principal', id: exampleIds.principalId, label: 'web-01', ip: null } as const
  const after = { verb: 'get', dataAction, scope }
  const { link, href } = await linkOf({ action: 'secret.refused', actor, after })
  await expect.element(link).toHaveTextContent('Explain this refusal')
  expect(href()).toBe(`/access/effective?principal=${exampleIds.principalId}&action=${dataAction}&resource=${scope}`)
})

test.each([
  ['role_assignment', 'role_assignment.created', `/access?peek=${roleId}`],
  ['role_definition', 'role_definition.changed', `/access/roles/${roleId}`],
] as const)('an event about a %s leads to it', async (kind, action, expected) => {
  const { link, href } = await linkOf({ action, target: { kind, id: roleId, label: 'x' } })
  await expect.element(link).toBeVisible()
  expect(href()).toBe(expected)
})

test('what is gone, and what is no role, leads nowhere', async () => {
  const target = { kind: 'role_assignment', id: roleId, label: 'x' }
  const removed = await linkOf({ action: 'role_assignment.removed', target })
  await expect.element(removed.link).not.toBeInTheDocument()
  const other = await linkOf({})
  await expect.element(other.link).not.toBeInTheDocument()
})
