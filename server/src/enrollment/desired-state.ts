import { AgentId, type TenantId } from '@signet/shared/vocabulary/identifiers'
import type { DesiredPrincipal, DesiredState, TokenTerms } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ResourceManager, UserIdentities } from '../resources/index.ts'
import type { SlotDirectory } from '../rotation/index.ts'
import type { AgentRow } from './agents-store.ts'

export interface DesiredStateParts {
  readonly registry: PrincipalRegistry
  readonly slots: SlotDirectory
  readonly resources: ResourceManager
  readonly users: Pick<UserIdentities, 'onAgent'>
  readonly clock: Clock
  readonly tenantId: TenantId
  readonly authorityUrl: string
  /** PEM of what else the authority's certificate is checked by; undefined where the CA pinned at enrolment is all. */
  readonly authorityCas?: () => string | undefined
  /** PEM of Signet's own CAs for listeners, with those that sign next (SEC-51). */
  readonly serverCas: () => string
  /** The issuer an agent's assertion is addressed to. */
  readonly assertionAudience: string
  /** What cached tokens are good under, at this moment. */
  readonly terms: { readonly now: TokenTerms; onChange(observer: (terms: TokenTerms) => void): void }
  /** Number of the newest change; what is computed after reading it is at least that new. */
  readonly latestSeq: () => Promise<number>
}

/** The whole state an agent should have. Computed anew each time: there is no log of messages to get out of step with. */
export async function desiredStateOf(agent: AgentRow, parts: DesiredStateParts): Promise<DesiredState> {
  const generation = await parts.latestSeq()
  const agentId = AgentId.parse(agent.id)
  const instances = await parts.resources.ofAgent(agentId)
  const assigned = await parts.users.onAgent(agentId)
  const standings = await parts.slots.ofAgent(agentId)
  const principals = await parts.registry.findAll(standings.map((standing) => standing.principalId))
  const authorityCas = parts.authorityCas?.()
  return {
    generation,
    serverTime: parts.clock.now(),
    tenantId: parts.tenantId,
    authorityUrl: parts.authorityUrl,
    assertionAudience: parts.assertionAudience,
    ...(authorityCas !== undefined && { authorityCas }),
    serverCas: parts.serverCas(),
    instances: instances.map(({ id, name, resourceId, identityState }) => ({ id, name, resourceId, identityState })),
    principals: principals.flatMap((principal): DesiredPrincipal[] => {
      const standing = standings.find((one) => one.principalId === principal.objectId)
      if (!standing || principal.state === 'deleted') return []
      return [
        {
          objectId: principal.objectId,
          clientId: principal.clientId,
          version: principal.version,
          kind: principal.kind === 'user' ? 'user' : 'system',
          resourceId: principal.kind === 'user' ? principal.armId : null,
          state: principal.state,
          instances: [
            ...instances.flatMap((one) => (one.principalId === principal.objectId ? [one.id] : [])),
            ...assigned.flatMap((one) => (one.principalId === principal.objectId ? [one.instanceId] : [])),
          ],
          slot: standing.desired,
        },
      ]
    }),
    terms: parts.terms.now,
    renewAfter: agent.renew_after,
    agentGeneration: agent.generation,
  }
}
