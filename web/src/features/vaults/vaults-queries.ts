import { authorizationApi } from '@signet/shared/api/authorization'
import { type SecretSummary, type SecretVersionSummary, type VaultSummary, vaultApi } from '@signet/shared/api/vault'
import { SecretName, SecretVersion, VaultName } from '@signet/shared/vocabulary/vault-rules'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { ensureGroup } from '../../api/resource-groups.ts'
import type { VaultDraft } from './vault-draft.ts'

const root: QueryRoot = 'vaults'
/** Every use is an audit event, and announced as one. */
const usesRoot: QueryRoot = 'audit'
// Reads are announced once a second of each secret, and counts of a day change by themselves.
const readPaceMs = 15_000

export interface ListQuestion {
  readonly state: 'live' | 'deleted'
  /** A part of the name. */
  readonly name?: string | undefined
}

/** The names in an address: whatever else stands there is no place. */
export interface SecretPlace {
  readonly vaultName: string
  readonly secretName: string
}

const vaultParams = (vaultName: string) => ({ vaultName: idIn(VaultName, vaultName, 'name of a vault') })
const secretParams = ({ vaultName, secretName }: SecretPlace) => ({
  ...vaultParams(vaultName),
  secretName: idIn(SecretName, secretName, 'name of a secret'),
})

export const vaultsOptions = (asked: ListQuestion) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'list', asked.state, asked.name ?? ''],
    queryFn: ({ pageParam, signal }) => call(vaultApi.list)({ query: { ...asked, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: readPaceMs,
  })

export const vaultOptions = (vaultName: string) =>
  queryOptions({
    queryKey: [root, 'one', vaultName.toLowerCase()],
    queryFn: ({ signal }) => call(vaultApi.show)({ params: vaultParams(vaultName) }, signal),
    refetchInterval: readPaceMs,
  })

export const secretsOptions = (vaultName: string, asked: ListQuestion) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'secrets', vaultName.toLowerCase(), asked.state, asked.name ?? ''],
    queryFn: ({ pageParam, signal }) =>
      call(vaultApi.secrets)({ params: vaultParams(vaultName), query: { ...asked, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: readPaceMs,
  })

export const secretOptions = (place: SecretPlace) =>
  queryOptions({
    queryKey: [root, 'secret', ...keyOf(place)],
    queryFn: ({ signal }) => call(vaultApi.secret)({ params: secretParams(place) }, signal),
    refetchInterval: readPaceMs,
  })

export const versionsOptions = (place: SecretPlace) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'versions', ...keyOf(place)],
    queryFn: ({ pageParam, signal }) =>
      call(vaultApi.versions)({ params: secretParams(place), query: { cursor: pageParam } }, signal),
  })

export const versionOptions = (place: SecretPlace, versionId: string) =>
  queryOptions({
    queryKey: [root, 'version', ...keyOf(place), versionId],
    queryFn: ({ signal }) => {
      const params = { ...secretParams(place), versionId: idIn(SecretVersion, versionId, 'version of a secret') }
      return call(vaultApi.version)({ params }, signal)
    },
  })

export const usesOptions = (place: SecretPlace) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [usesRoot, 'secret-uses', ...keyOf(place)],
    queryFn: ({ pageParam, signal }) =>
      call(vaultApi.uses)({ params: secretParams(place), query: { cursor: pageParam } }, signal),
  })

/** The right that a read of a value needs (wire-protocol §5.4). */
const readAction = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'

/** Every assignment by which somebody may read values at a scope. */
export const holdersOptions = (scope: string) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['access' satisfies QueryRoot, 'readers', scope],
    queryFn: ({ pageParam, signal }) =>
      call(authorizationApi.whoCan)({ query: { action: readAction, data: 'true', scope, cursor: pageParam } }, signal),
  })

/** Every assignment at a scope and below it, whatever its role allows. */
export const assignmentsUnderOptions = (scope: string) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['access' satisfies QueryRoot, 'under', scope],
    queryFn: ({ pageParam, signal }) =>
      call(authorizationApi.assignments)({ query: { under: scope, cursor: pageParam } }, signal),
  })

function keyOf({ vaultName, secretName }: SecretPlace): [string, string] {
  return [vaultName.toLowerCase(), secretName.toLowerCase()]
}

function useWrite<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([root, usesRoot].map((each) => client.invalidateQueries({ queryKey: [each] }))),
  })
}

/** An act after which what is on screen may be gone: lists are read again, and the page goes on as the answer says. */
function useStop<W, R>(lists: 'list' | 'secrets', mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () => {
      for (const each of [lists, 'list']) void client.invalidateQueries({ queryKey: [root, each] })
    },
  })
}

export function useCreateVault() {
  return useWrite(async ({ name, resourceGroup, reason, ...draft }: VaultDraft & { reason: string }) => {
    await ensureGroup(resourceGroup)
    return call(vaultApi.create)({ body: { ...draft, name, resourceGroup, reason } })
  })
}

export function useChangeVault({ name }: VaultSummary) {
  return useWrite(({ ifMatch, ...body }: Pick<VaultDraft, 'softDeleteDays' | 'purgeProtection' | 'tags'> & Reasoned) =>
    call(vaultApi.change)({ params: vaultParams(name), body, ifMatch }),
  )
}

interface Reasoned {
  readonly reason: string
  readonly ifMatch?: number
}

type StopWish = { readonly act: 'remove' | 'recover' | 'purge' } & Reasoned

export function useVaultAct(vaultName: string) {
  const client = useQueryClient()
  return useStop('list', async ({ act, reason, ifMatch }: StopWish): Promise<void> => {
    const input = { params: vaultParams(vaultName), body: { reason }, ifMatch }
    if (act === 'purge') return call(vaultApi.purge)(input)
    const vault = await call(vaultApi[act])(input)
    // Secrets of a deleted vault are out of reach: the page must not ask for them again.
    client.setQueryData(vaultOptions(vaultName).queryKey, vault)
  })
}

export function useSecretAct(place: SecretPlace) {
  const client = useQueryClient()
  return useStop('secrets', async ({ act, reason, ifMatch }: StopWish): Promise<void> => {
    const input = { params: secretParams(place), body: { reason }, ifMatch }
    if (act === 'purge') return call(vaultApi.purgeSecret)(input)
    const secret = await call(act === 'remove' ? vaultApi.removeSecret : vaultApi.recoverSecret)(input)
    client.setQueryData(secretOptions(place).queryKey, secret)
  })
}

export type Attributes = Pick<SecretVersionSummary, 'enabled' | 'notBefore' | 'expires' | 'contentType' | 'tags'>

/**
 * Sets a new version of a secret.
 *
 * @param takeValue asked for the value when it is sent: what a mutation is given stays in a cache
 */
export function useSetSecret(vaultName: string, takeValue: () => string) {
  return useWrite(
    ({ secretName, ...body }: Attributes & { secretName: string; reason: string }): Promise<SecretSummary> =>
      call(vaultApi.set)({ params: secretParams({ vaultName, secretName }), body: { ...body, value: takeValue() } }),
  )
}

export function useChangeVersion(place: SecretPlace, versionId: string) {
  return useWrite(({ ifMatch, ...body }: Partial<Attributes> & Reasoned) =>
    call(vaultApi.changeVersion)({ params: { ...secretParams(place), versionId }, body, ifMatch }),
  )
}

/** The value of a version, for a reason. It goes to the one who asks and nowhere else: what a mutation returned would stay in a cache. */
export function useReveal(place: SecretPlace, versionId: string, onValue: (value: string) => void) {
  return useWrite(async (reason: string): Promise<void> => {
    const { value } = await call(vaultApi.reveal)({ params: { ...secretParams(place), versionId }, body: { reason } })
    onValue(value)
  })
}
