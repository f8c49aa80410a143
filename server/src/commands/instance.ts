import { enrollmentApi } from '@signet/shared/api/enrollment'
import {
  type InstanceDetail,
  type InstanceKind,
  type InstanceSummary,
  resourcesApi,
} from '@signet/shared/api/resources'
import { type RotationSummary, rotationApi } from '@signet/shared/api/rotation'
import { type TokenTest, tokenTestsApi } from '@signet/shared/api/token-tests'
import { fieldIs } from '@signet/shared/query/query-text'
import type { IdentityState, OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import type { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { systemClock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { everyPage } from './pages.ts'

const pollMs = 50
const longestWaitMs = 10_000

/** All service instances, every page of them. */
export function listInstances(client: ConsoleClient): Promise<InstanceSummary[]> {
  return everyPage((query) => client.call(resourcesApi.list, { query }))
}

/** The filter that finds one instance by its name. */
export function nameFilter(name: string): string {
  return fieldIs('name', name)
}

/** @throws SignetError `not_found` */
export async function showInstance(client: ConsoleClient, name: string): Promise<InstanceDetail> {
  const { items } = await client.call(resourcesApi.list, { query: { filter: nameFilter(name) } })
  const found = items.find((instance) => instance.name.toLowerCase() === name.toLowerCase())
  if (!found) throw new SignetError('not_found', `There is no service instance called ${name}.`)
  return client.call(resourcesApi.show, { params: { instanceId: found.id } })
}

export async function addInstance(client: ConsoleClient, name: string, kind: InstanceKind) {
  const instance = await client.call(resourcesApi.register, { body: { name, kind } })
  const join = await client.call(enrollmentApi.issueJoinToken, { params: { instanceId: instance.id }, body: {} })
  return { instance, join }
}

export async function joinInstance(client: ConsoleClient, name: string) {
  const { id } = await showInstance(client, name)
  return client.call(enrollmentApi.issueJoinToken, { params: { instanceId: id }, body: {} })
}

/** Lets the agent of an instance renew its certificate that ended too long ago. */
export async function recoverAgent(client: ConsoleClient, name: string, reason: string | undefined) {
  const { agent } = await showInstance(client, name)
  if (!agent) throw new SignetError('conflict', `${name} has no agent; enroll one.`)
  return client.call(enrollmentApi.approveRecovery, { params: { agentId: agent.id }, body: { reason } })
}

/** Turns the identity on or off and waits until its agent has followed; an agent that is away is not waited for. */
export async function switchIdentity(client: ConsoleClient, name: string, enabled: boolean): Promise<InstanceDetail> {
  const { id } = await showInstance(client, name)
  let instance = await client.call(resourcesApi.setIdentity, { params: { instanceId: id }, body: { enabled } })
  const wanted: IdentityState = enabled ? 'on' : 'off'
  const deadline = systemClock.monotonicMs() + longestWaitMs
  while (instance.identityState !== wanted && instance.agent?.connected && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    instance = await client.call(resourcesApi.show, { params: { instanceId: id } })
  }
  return instance
}

/** @returns the rotation as soon as the new certificate is in use, or as it stands after ten seconds */
export async function rotateInstance(
  client: ConsoleClient,
  name: string,
  overlap: OverlapChoice = 'policy',
): Promise<RotationSummary> {
  const { identity } = await showInstance(client, name)
  if (!identity) throw new SignetError('conflict', `The identity of ${name} is off; there is nothing to rotate.`)
  let run = await client.call(rotationApi.rotate, { params: { principalId: identity.principalId }, body: { overlap } })
  const deadline = systemClock.monotonicMs() + longestWaitMs
  while ((run.state === 'requested' || run.state === 'prepared') && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    run = await client.call(rotationApi.show, { params: { runId: run.id } })
  }
  return run
}

/** Click to test, from the command line; `reveal` adds the raw token, which is audited. */
export async function testToken(
  client: ConsoleClient,
  name: string,
  options: { resource: string; dialect: LocalDialect; bypassCache: boolean; reveal: boolean },
): Promise<TokenTest & { accessToken?: string }> {
  const { id } = await showInstance(client, name)
  const { reveal, ...wanted } = options
  let test = await client.call(tokenTestsApi.start, { body: { instanceId: id, ...wanted } })
  // It ends by itself: the server gives an agent that does not answer up after 20 seconds.
  while (test.outcome === 'running') {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    test = await client.call(tokenTestsApi.show, { params: { testId: test.id } })
  }
  if (!reveal || !test.token) return test
  const { token } = await client.call(tokenTestsApi.reveal, { params: { testId: test.id }, body: {} })
  return { ...test, accessToken: token }
}
