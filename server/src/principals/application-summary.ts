import type { ApplicationState, ApplicationSummary } from '@signet/shared/api/applications'
import { type ApplicationRow, neverMs } from './applications-store.ts'
import type { Principal } from './principal.ts'
import { toPrincipal } from './principals-store.ts'

/** When tokens were last given out, by principal. */
export type LastUse = (principalIds: readonly string[]) => ReadonlyMap<string, { at: number; audience: string }>

/** States of any principal, as people read them. */
export const stateWords: Record<Principal['state'], ApplicationState> = {
  enabled: 'enabled',
  suspended: 'paused',
  deleted: 'deleted',
}

/** Applications as lists and pages show them, in their order. */
export function applicationSummaries(rows: readonly ApplicationRow[], lastUse: LastUse): ApplicationSummary[] {
  const uses = lastUse(rows.map((row) => row.object_id))
  return rows.map((row) => {
    const { objectId, clientId, displayName, state, deletedAt, purgeAt, createdAt, version } = toPrincipal(row)
    return {
      principalId: objectId,
      clientId,
      name: displayName,
      state: stateWords[state],
      secrets: row.secrets,
      certificates: row.certificates,
      federatedCredentials: row.federated,
      lastExpiryAt: row.expires_key === neverMs ? null : row.expires_key,
      lastToken: uses.get(objectId) ?? null,
      deletedAt,
      purgeAt,
      createdAt,
      version,
    }
  })
}
