import { type BlastRadius, resourcesApi } from '@signet/shared/api/resources'
import type { RotationSummary } from '@signet/shared/api/rotation'
import { type Drill, rotationActsApi } from '@signet/shared/api/rotation-acts'
import { ObjectId, RunId } from '@signet/shared/vocabulary/identifiers'
import { systemClock } from '../platform/clock.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { showInstance } from './instance.ts'

const pollMs = 100
const longestWaitMs = 30_000

export function rollBack(client: ConsoleClient, id: string, reason?: string): Promise<RotationSummary> {
  return client.call(rotationActsApi.rollBack, { params: { runId: runIdOf(id) }, body: { reason } })
}

export function retireNow(client: ConsoleClient, id: string, reason?: string): Promise<RotationSummary> {
  return client.call(rotationActsApi.retire, { params: { runId: runIdOf(id) }, body: { reason } })
}

export function keepLonger(client: ConsoleClient, id: string, time: string, reason?: string): Promise<RotationSummary> {
  const until = Date.parse(time)
  if (Number.isNaN(until)) throw new StartupError('--until is a time such as 2031-01-31T12:00:00Z')
  return client.call(rotationActsApi.keep, { params: { runId: runIdOf(id) }, body: { until, reason } })
}

export async function blastRadiusOf(client: ConsoleClient, name: string): Promise<BlastRadius> {
  return client.call(resourcesApi.blastRadius, { params: { principalId: await principalOf(client, name) } })
}

export async function revokeAndRotate(client: ConsoleClient, name: string, reason = ''): Promise<RotationSummary[]> {
  if (reason.trim() === '') throw new StartupError('--reason is needed: why every certificate is revoked')
  const principalId = await principalOf(client, name)
  return (await client.call(rotationActsApi.emergency, { params: { principalId }, body: { reason } })).items
}

/** @returns the reports as soon as all agents have ended, or as they stand after half a minute */
export async function runDrill(client: ConsoleClient, name: string): Promise<Drill[]> {
  const params = { principalId: await principalOf(client, name) }
  const { items } = await client.call(rotationActsApi.startDrill, { params, body: {} })
  const ids = new Set(items.map(({ id }) => id))
  let drills = items
  const deadline = systemClock.monotonicMs() + longestWaitMs
  while (drills.some(({ state }) => state === 'running') && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    drills = (await client.call(rotationActsApi.drills, { params })).items.filter(({ id }) => ids.has(id))
  }
  return drills
}

/** Those that were started together, last of all. */
export async function lastDrills(client: ConsoleClient, name: string): Promise<Drill[]> {
  const params = { principalId: await principalOf(client, name) }
  const { items } = await client.call(rotationActsApi.drills, { params })
  return items.filter(({ startedAt }) => startedAt === items[0]?.startedAt)
}

function runIdOf(id: string): RunId {
  const parsed = RunId.safeParse(id)
  if (!parsed.success)
    throw new StartupError('a rotation is named by its ID, as the dashboard and the audit log show it')
  return parsed.data
}

/** A principal ID is taken as it is; any other name is that of an instance. */
async function principalOf(client: ConsoleClient, name: string): Promise<ObjectId> {
  const id = ObjectId.safeParse(name)
  if (id.success) return id.data
  const { identity } = await showInstance(client, name)
  if (!identity) throw new SignetError('conflict', `The identity of ${name} is off.`)
  return identity.principalId
}
