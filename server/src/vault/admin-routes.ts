import type { AuditEvent } from '@signet/shared/api/audit'
import type { SecretSummary, SecretUse, SecretVersionSummary, vaultApi } from '@signet/shared/api/vault'
import type { AuditLog } from '../audit/index.ts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import type { SecretLists } from './secret-lists.ts'
import type { Asker } from './secret-rights.ts'
import type { SecretVersion } from './secret-version.ts'
import type { Vault } from './vault.ts'
import type { Vaults } from './vaults.ts'

interface VaultHandlersParts {
  readonly vaults: Vaults
  readonly vault: Vault
  readonly lists: SecretLists
  readonly audit: AuditLog
  /** Throws unless the operator confirmed that it is them within the last minutes (SEC-22). */
  readonly requireStepUp: (context: RequestContext) => Promise<void>
}

/** Acts by which a value leaves a vault, or would have. */
const uses = ['secret.read', 'secret.revealed', 'secret.backed_up', 'secret.refused']

const operator = (context: RequestContext): Asker => ({ kind: 'operator', context })

export function vaultHandlers(parts: VaultHandlersParts): Handlers<typeof vaultApi> {
  return { ...handlersOfVaults(parts), ...handlersOfLists(parts), ...handlersOfSecrets(parts) }
}

function handlersOfVaults({ vaults, requireStepUp }: VaultHandlersParts) {
  type Of = Pick<Handlers<typeof vaultApi>, 'list' | 'create' | 'show' | 'change' | 'remove' | 'recover' | 'purge'>
  const handlers: Of = {
    list: ({ query }) => vaults.page({ ...query, deleted: query.state === 'deleted' }),
    create: async ({ body }, context) => {
      await vaults.create(context, body)
      return vaults.show(body.name)
    },
    show: ({ params }) => vaults.show(params.vaultName),
    change: async ({ params, body, ifMatch }, context) => {
      await vaults.change(context, params.vaultName, { ...body, expected: ifMatch })
      return vaults.show(params.vaultName)
    },
    remove: async ({ params, body, ifMatch }, context) => {
      await requireStepUp(context)
      await vaults.delete(context, params.vaultName, { ...body, expected: ifMatch })
      return vaults.show(params.vaultName)
    },
    recover: async ({ params, body, ifMatch }, context) => {
      await vaults.recover(context, params.vaultName, { ...body, expected: ifMatch })
      return vaults.show(params.vaultName)
    },
    purge: async ({ params, body, ifMatch }, context) => {
      await requireStepUp(context)
      await vaults.purge(context, params.vaultName, { ...body, expected: ifMatch })
      return undefined
    },
  }
  return handlers
}

/** Nothing here is a read of a secret: no value is opened, and nothing is recorded. */
function handlersOfLists({ lists, audit }: VaultHandlersParts) {
  type Of = Pick<Handlers<typeof vaultApi>, 'secrets' | 'secret' | 'versions' | 'version' | 'uses'>
  const handlers: Of = {
    secrets: async ({ params, query }, context) => {
      const asked = { ...query, deleted: query.state === 'deleted' }
      const { items, nextCursor } = await lists.page(operator(context), params.vaultName, asked)
      return { items: items.map(summaryOf), nextCursor }
    },
    secret: async ({ params }, context) =>
      summaryOf(await lists.show(operator(context), params.vaultName, params.secretName)),
    versions: async ({ params, query }, context) => {
      const place = { vault: params.vaultName, name: params.secretName }
      const page = await lists.versions(operator(context), place, { ...query, newestFirst: true })
      return { items: page.items.map(versionOf), nextCursor: page.nextCursor }
    },
    version: async ({ params: { vaultName, secretName, versionId } }, context) =>
      versionOf(await lists.version(operator(context), { vault: vaultName, name: secretName, version: versionId })),
    uses: async ({ params, query }, context) => {
      const { id } = await lists.show(operator(context), params.vaultName, params.secretName)
      const term = { kind: 'field', operator: 'is', negated: false } as const
      const terms = [
        { ...term, field: 'target', values: [id] },
        { ...term, field: 'action', values: uses },
      ]
      const page = await audit.page({ terms }, query)
      return { items: page.items.map(useOf), nextCursor: page.nextCursor }
    },
  }
  return handlers
}

function handlersOfSecrets({ vault, lists, requireStepUp }: VaultHandlersParts) {
  type Of = Omit<
    Handlers<typeof vaultApi>,
    keyof ReturnType<typeof handlersOfVaults> | keyof ReturnType<typeof handlersOfLists>
  >
  const placeOf = ({ vaultName, secretName }: { vaultName: string; secretName: string }) => ({
    vault: vaultName,
    name: secretName,
  })
  const shown = async (context: RequestContext, params: { vaultName: string; secretName: string }) =>
    summaryOf(await lists.show(operator(context), params.vaultName, params.secretName))
  const handlers: Of = {
    set: async ({ params, body: { value, reason, ...attributes } }, context) => {
      await vault.set(operator(context), placeOf(params), { value: new Secret(value), attributes, reason })
      return shown(context, params)
    },
    changeVersion: async ({ params, body: { reason, ...change }, ifMatch }, context) => {
      const place = { ...placeOf(params), version: params.versionId }
      await vault.update(operator(context), place, change, { reason, expected: ifMatch })
      return shown(context, params)
    },
    removeSecret: async ({ params, body, ifMatch }, context) => {
      await requireStepUp(context)
      await vault.delete(operator(context), placeOf(params), { ...body, expected: ifMatch })
      return shown(context, params)
    },
    recoverSecret: async ({ params, body, ifMatch }, context) => {
      await vault.recover(operator(context), placeOf(params), { ...body, expected: ifMatch })
      return shown(context, params)
    },
    purgeSecret: async ({ params, body, ifMatch }, context) => {
      await requireStepUp(context)
      await vault.purge(operator(context), placeOf(params), { ...body, expected: ifMatch })
      return undefined
    },
    reveal: async ({ params, body }, context) => {
      await requireStepUp(context)
      const place = { ...placeOf(params), version: params.versionId }
      return { value: (await vault.reveal(operator(context), place, body.reason)).reveal() }
    },
  }
  return handlers
}

function versionOf(secret: SecretVersion): SecretVersionSummary {
  const { versionId, isCurrent, enabled, notBefore, expires, contentType, tags, createdAt, updatedAt } = secret
  const attributes = { enabled, notBefore, expires, contentType, tags: { ...tags } }
  return { id: versionId, isCurrent, ...attributes, createdAt, updatedAt }
}

function summaryOf(secret: SecretVersion & { versions: number }): SecretSummary {
  const { name, versions, lastRead, deletedAt, purgeAt, secretCreatedAt, rowVersion } = secret
  return {
    ...{ name, versions, lastRead, deletedAt, purgeAt },
    current: versionOf(secret),
    createdAt: secretCreatedAt,
    version: rowVersion,
  }
}

function useOf({ id, at, actor, action, outcome, reason, after }: AuditEvent): SecretUse {
  const version = after?.['version']
  const secretVersion = typeof version === 'string' ? version : null
  return { auditEventId: id, at, actor, action, outcome, reason, secretVersion }
}
