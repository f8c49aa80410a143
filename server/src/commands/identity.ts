import { type Audience, audiencesApi, type RoleAssignment } from '@signet/shared/api/audiences'
import {
  type AssignedInstance,
  type UserIdentityDetail,
  type UserIdentitySummary,
  userIdentitiesApi,
} from '@signet/shared/api/user-identities'
import { fieldIs } from '@signet/shared/query/query-text'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { systemClock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { applicationNamed, ifThere } from './application.ts'
import type { ConsoleClient } from './console-client.ts'
import { showInstance } from './instance.ts'
import { everyPage } from './pages.ts'

const pollMs = 50
const longestWaitMs = 10_000

/** A user-assigned identity with the instances it is assigned to, as far as one page reaches. */
export type ShownIdentity = UserIdentityDetail & { assignments: AssignedInstance[] }

/** @param filter as in the dashboard; deleted ones only with `state:deleted` */
export function listIdentities(client: ConsoleClient, filter = ''): Promise<UserIdentitySummary[]> {
  return everyPage((query) => client.call(userIdentitiesApi.list, { query: { ...query, filter } }))
}

/** By name or principal ID. @throws SignetError `not_found` | `conflict` when several have the name */
export async function identityNamed(client: ConsoleClient, name: string, state = ''): Promise<ObjectId> {
  const id = ObjectId.safeParse(name)
  if (id.success) return id.data
  const found = await listIdentities(client, `${fieldIs('name', name)} ${state}`)
  const [only, another] = found.filter((each) => each.name.toLowerCase() === name.toLowerCase())
  if (!only) throw new SignetError('not_found', `There is no user-assigned identity called ${name}.`)
  if (!another) return only.principalId
  throw new SignetError('conflict', `Several identities are called ${name}.`, { fix: 'Give the principal ID.' })
}

export async function showIdentity(client: ConsoleClient, name: string): Promise<ShownIdentity> {
  return withAssignments(client, await identityNamed(client, name))
}

export async function createIdentity(client: ConsoleClient, name: string, resourceGroup: string) {
  const { principalId } = await client.call(userIdentitiesApi.create, { body: { name, resourceGroup } })
  return withAssignments(client, principalId)
}

/** Assigns it to instances or takes it from them, and waits until agents that are connected have their certificate. */
export async function assignIdentity(
  client: ConsoleClient,
  verb: 'attach' | 'detach',
  name: string,
  instances: readonly string[],
): Promise<ShownIdentity> {
  const principalId = await identityNamed(client, name)
  const instanceIds = await Promise.all(instances.map(async (each) => (await showInstance(client, each)).id))
  await client.call(userIdentitiesApi[verb], { params: { principalId }, body: { instanceIds } })
  const isMeant = ({ instance }: AssignedInstance) => instanceIds.includes(InstanceId.parse(instance.id))
  const deadline = systemClock.monotonicMs() + longestWaitMs
  let shown = await withAssignments(client, principalId)
  const isWaiting = () => shown.assignments.some((each) => isMeant(each) && isOnItsWay(each))
  while (isWaiting() && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    shown = await withAssignments(client, principalId)
  }
  return shown
}

/** A deleted one is found by its name too, when it is to be restored. */
export async function actOnIdentity(
  client: ConsoleClient,
  verb: 'pause' | 'resume' | 'remove' | 'restore',
  name: string,
): Promise<ShownIdentity> {
  const principalId = await identityNamed(client, name, verb === 'restore' ? 'state:deleted' : '')
  await client.call(userIdentitiesApi[verb], { params: { principalId }, body: {} })
  return withAssignments(client, principalId)
}

/** Renames it or moves it to another resource group; its IDs stay. */
export async function changeIdentity(
  client: ConsoleClient,
  name: string,
  to: { name?: string; resourceGroup?: string },
): Promise<ShownIdentity> {
  const { principalId, version } = await showIdentity(client, name)
  await client.call(userIdentitiesApi.change, { params: { principalId }, body: to, ifMatch: version })
  return withAssignments(client, principalId)
}

/** How long tokens of one identity live. */
export interface IdentityLifetime {
  readonly principalId: ObjectId
  readonly seconds: number | null
}

/**
 * Of an identity of any kind: its name, that of its instance or application, or its principal ID.
 *
 * @param seconds null: as the audience or the deployment says; undefined leaves it as it is
 */
export async function identityLifetime(
  client: ConsoleClient,
  name: string,
  seconds: number | null | undefined,
): Promise<IdentityLifetime> {
  const principalId = await principalNamed(client, name)
  const params = { principalId }
  const answer =
    seconds === undefined
      ? await client.call(userIdentitiesApi.lifetime, { params })
      : await client.call(userIdentitiesApi.setLifetime, { params, body: { seconds } })
  return { principalId, ...answer }
}

export function listAudiences(client: ConsoleClient, filter = ''): Promise<Audience[]> {
  return everyPage((query) => client.call(audiencesApi.list, { query: { ...query, filter } }))
}

/** By its URI. @throws SignetError `not_found` */
export async function showAudience(client: ConsoleClient, uri: string): Promise<Audience> {
  const wanted = uri.replace(/\/+$/, '')
  const found = (await listAudiences(client)).find((each) => each.uri.replace(/\/+$/, '') === wanted)
  if (!found) throw new SignetError('not_found', `There is no audience ${uri}.`)
  return found
}

export interface NewAudience {
  readonly name: string
  readonly tokenVersion: 1 | 2
  readonly lifetimeSeconds: number | null
  readonly assignmentRequired: boolean
  readonly roles: readonly string[]
}

export function addAudience(client: ConsoleClient, uri: string, wanted: NewAudience): Promise<Audience> {
  const roles = wanted.roles.map((value) => ({ value }))
  return client.call(audiencesApi.register, { body: { uri, ...wanted, roles } })
}

export async function actOnAudience(client: ConsoleClient, verb: 'enable' | 'disable', uri: string): Promise<Audience> {
  const { id: audienceId } = await showAudience(client, uri)
  return client.call(audiencesApi[verb], { params: { audienceId }, body: {} })
}

/** What is to change about an audience; what is not said stays. */
export interface AudienceChange {
  readonly name?: string
  readonly tokenVersion?: 1 | 2
  readonly lifetimeSeconds?: number | null
  readonly assignmentRequired?: boolean
  readonly addRoles: readonly string[]
  readonly removeRoles: readonly string[]
}

/** @throws SignetError `not_found` | `conflict` | `precondition_failed` when somebody changed it in between */
export async function changeAudience(client: ConsoleClient, uri: string, change: AudienceChange): Promise<Audience> {
  const { id: audienceId, roles, version } = await showAudience(client, uri)
  const { addRoles, removeRoles, ...facts } = change
  const missing = removeRoles.find((role) => !roles.some(({ value }) => value === role))
  if (missing !== undefined) throw new SignetError('not_found', `The audience has no role ${missing}.`)
  const kept = roles.filter(({ value }) => !removeRoles.includes(value))
  const added = addRoles.filter((role) => !roles.some(({ value }) => value === role)).map((value) => ({ value }))
  const hasRoles = addRoles.length + removeRoles.length > 0
  const body = { ...facts, ...(hasRoles && { roles: [...kept, ...added] }) }
  return client.call(audiencesApi.change, { params: { audienceId }, body, ifMatch: version })
}

/** @returns the audience as it was */
export async function removeAudience(client: ConsoleClient, uri: string): Promise<Audience> {
  const audience = await showAudience(client, uri)
  await client.call(audiencesApi.remove, { params: { audienceId: audience.id }, body: {} })
  return audience
}

/** @param name of a user-assigned identity, an application or a service instance, or a principal ID */
export async function assignRole(
  client: ConsoleClient,
  uri: string,
  role: string,
  name: string,
): Promise<RoleAssignment> {
  const { id: audienceId } = await showAudience(client, uri)
  const principalId = await principalNamed(client, name)
  return client.call(audiencesApi.assign, { params: { audienceId }, body: { principalId, role } })
}

/** @returns the assignment as it was */
export async function unassignRole(
  client: ConsoleClient,
  uri: string,
  role: string,
  name: string,
): Promise<RoleAssignment> {
  const { id: audienceId } = await showAudience(client, uri)
  const principalId = await principalNamed(client, name)
  const params = { audienceId }
  const all = await everyPage((query) => client.call(audiencesApi.assignments, { params, query }))
  const found = all.find((each) => each.role === role && each.principal.principalId === principalId)
  if (!found) throw new SignetError('not_found', `${name} does not have the role ${role}.`)
  await client.call(audiencesApi.unassign, { params: { audienceId, assignmentId: found.id }, body: {} })
  return found
}

/** Of any kind; a user-assigned identity is looked for first, then an application, then an instance. */
export async function principalNamed(client: ConsoleClient, name: string): Promise<ObjectId> {
  const found = (await ifThere(identityNamed(client, name))) ?? (await ifThere(applicationNamed(client, name)))
  if (found) return found
  const { identity } = await showInstance(client, name)
  if (!identity) throw new SignetError('conflict', `The identity of ${name} is off.`)
  return identity.principalId
}

async function withAssignments(client: ConsoleClient, principalId: ObjectId): Promise<ShownIdentity> {
  const params = { principalId }
  const identity = await client.call(userIdentitiesApi.show, { params })
  const { items } = await client.call(userIdentitiesApi.instances, { params, query: { limit: '200' } })
  return { ...identity, assignments: items }
}

function isOnItsWay({ state, agent }: AssignedInstance): boolean {
  return state === 'issuing' && agent?.connected === true
}
