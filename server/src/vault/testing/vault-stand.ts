import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { contextOf, openStack, type Stack } from '../../../test/stack.ts'
import type { RequestContext } from '../../platform/request-context.ts'
import { Secret } from '../../platform/secret.ts'
import { ResourceGroups } from '../../resources/index.ts'
import { secretScope } from '../secret.ts'
import type { Asker, Decider } from '../secret-rights.ts'
import { openVaults } from '../vaults-domain.ts'

export const vaultUrl = 'https://vault.signet.test:7421'
export const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
export const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

/** The domain on a real database. @param access the real one unless given */
export async function openVaultStand(access?: Decider) {
  const stack = await openStack()
  const groups = new ResourceGroups(stack)
  const domain = openVaults({
    ...stack,
    ...{ subscriptionId: stack.defaults.subscriptionId, vaultUrl, access: access ?? stack.authorization.access },
    groupNamed: (name) => groups.find(name),
    forgetRights: (tx, armId) => stack.authorization.assignments.scopeRemoved(tx, armId),
  })
  const { vaults, vault, lists, directory, purge } = domain
  return { ...stack, vaults, vault, lists, directory, secretPurge: purge }
}

export type VaultStand = Awaited<ReturnType<typeof openVaultStand>>

export const operator = (): Asker => ({ kind: 'operator', context: contextOf() })

/** An application, as it asks at a vault. */
export async function principalAsker({ applications }: Pick<Stack, 'applications'>, name: string): Promise<Asker> {
  const { principalId } = await applications.create(contextOf(), name)
  const id = ObjectId.parse(principalId)
  const context: RequestContext = { ...contextOf('principal', name), actor: { kind: 'principal', id, label: name } }
  return { kind: 'principal', principalId: id, context }
}

/** Gives a role at a vault, or at one secret of it. */
export async function grant(stand: VaultStand, asker: Asker, roleId: string, vault: string, name?: string) {
  if (asker.kind !== 'principal') throw new Error('operators have no roles')
  const { armId } = await stand.vaults.require(vault)
  const scope = name === undefined ? armId : secretScope(armId, name)
  const wanted = { principalId: asker.principalId, roleId, scope }
  return (await stand.authorization.assignments.grant(contextOf(), wanted)).assignment
}

export const text = (value: string) => ({ value: new Secret(value) })
