import { InstanceKind } from '@signet/shared/api/resources'
import {
  type PolicyPreview,
  PolicyScope,
  type RotationFreeze,
  RotationPolicy,
  RotationWindow,
  rotationPoliciesApi,
  type StoredRotationPolicy,
} from '@signet/shared/api/rotation-policies'
import { systemClock } from '../platform/clock.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { wholeNumber } from './console-command.ts'
import { identityNamed } from './identity.ts'
import { showInstance } from './instance.ts'

/** Rules as they are typed; what is left out stays as it is. */
export interface RuleWords {
  readonly lifetime?: string
  readonly rotateAt?: string
  readonly overlap?: string
  readonly jitter?: string
  readonly key?: string
  readonly perDay?: string
  readonly window: readonly string[]
  readonly blackout: readonly string[]
  readonly always: boolean
}

export async function listPolicies(client: ConsoleClient): Promise<StoredRotationPolicy[]> {
  return (await client.call(rotationPoliciesApi.list, {})).items
}

/** @throws SignetError `not_found` | StartupError */
export async function showPolicy(client: ConsoleClient, of: string): Promise<StoredRotationPolicy> {
  const found = await policyOf(client, await scopeOf(client, of))
  if (found) return found
  throw new SignetError('not_found', `There is no policy of ${of}.`, { fix: `Create it with signet policy set ${of}.` })
}

/** A new one begins as the default is. @throws SignetError | StartupError for rules that cannot be read */
export async function setPolicy(
  client: ConsoleClient,
  of: string,
  words: RuleWords & { reason?: string },
): Promise<StoredRotationPolicy> {
  const { reason } = words
  const scope = await scopeOf(client, of)
  const { found, policy } = await wanted(client, scope, words)
  if (!found) return client.call(rotationPoliciesApi.create, { body: { scope, policy, reason } })
  const params = { policyId: found.id }
  return client.call(rotationPoliciesApi.change, { params, body: { policy, reason }, ifMatch: found.version })
}

export async function previewPolicy(
  client: ConsoleClient,
  of: string,
  words: RuleWords & { remove: boolean },
): Promise<PolicyPreview> {
  const scope = await scopeOf(client, of)
  const policy = words.remove ? null : (await wanted(client, scope, words)).policy
  return client.call(rotationPoliciesApi.preview, { body: { scope, policy } })
}

export async function removePolicy(client: ConsoleClient, of: string, reason?: string): Promise<StoredRotationPolicy> {
  const policy = await showPolicy(client, of)
  const params = { policyId: policy.id }
  await client.call(rotationPoliciesApi.remove, { params, body: { reason }, ifMatch: policy.version })
  return policy
}

/** @param until a time or a duration from now; undefined to change nothing @returns the freezes in force */
export async function freeze(
  client: ConsoleClient,
  until: string | undefined,
  { policy, reason }: { policy: string; reason?: string },
): Promise<RotationFreeze[]> {
  if (until !== undefined) {
    if (!reason) throw new StartupError('a freeze needs a --reason')
    const policyId = policy === 'all' ? 'all' : (await showPolicy(client, policy)).id
    await client.call(rotationPoliciesApi.freeze, { params: { policyId }, body: { until: instantOf(until), reason } })
  }
  return (await client.call(rotationPoliciesApi.freezes, {})).items
}

export async function unfreeze(
  client: ConsoleClient,
  { policy, reason }: { policy: string; reason?: string },
): Promise<RotationFreeze[]> {
  const policyId = policy === 'all' ? 'all' : (await showPolicy(client, policy)).id
  await client.call(rotationPoliciesApi.unfreeze, { params: { policyId }, body: { reason } })
  return (await client.call(rotationPoliciesApi.freezes, {})).items
}

/** As it is typed, and as it is printed. */
export function windowWords({ cron, minutes, zone }: RotationWindow): string {
  return `${cron} for ${minutes}m in ${zone}`
}

async function policyOf(client: ConsoleClient, scope: PolicyScope): Promise<StoredRotationPolicy | undefined> {
  const key = keyOf(scope)
  return (await listPolicies(client)).find((each) => keyOf(each.scope) === key)
}

function keyOf(scope: PolicyScope): string {
  return scope.kind === 'default' ? scope.kind : `${scope.kind} ${scope.of.toLowerCase()}`
}

async function wanted(client: ConsoleClient, scope: PolicyScope, words: RuleWords) {
  const found = await policyOf(client, scope)
  const base = found ?? (await policyOf(client, { kind: 'default' }))
  return { found, policy: RotationPolicy.parse({ ...base, ...changeOf(words) }) }
}

function changeOf(words: RuleWords) {
  const { window, blackout, always } = words
  return {
    ...(words.lifetime !== undefined && { lifetimeSeconds: secondsOf(words.lifetime) }),
    ...(words.overlap !== undefined && { overlapSeconds: secondsOf(words.overlap) }),
    ...(words.rotateAt !== undefined && { rotateAt: shareOf(words.rotateAt) }),
    ...(words.jitter !== undefined && { jitter: shareOf(words.jitter) }),
    ...(words.key !== undefined && { keyAlgorithm: words.key }),
    ...(words.perDay !== undefined && {
      perDayLimit: words.perDay === 'none' ? null : wholeNumber('--per-day', words.perDay),
    }),
    ...((always || window.length > 0) && { windows: window.map(windowOf) }),
    ...((always || blackout.length > 0) && { blackouts: blackout.map(windowOf) }),
  }
}

/** @throws StartupError */
async function scopeOf(client: ConsoleClient, of: string): Promise<PolicyScope> {
  const [kind = '', ...rest] = of.split(':')
  const name = rest.join(':')
  if (kind === 'default' && name === '') return { kind: 'default' }
  if (kind === 'kind') return PolicyScope.parse({ kind: 'instances', of: InstanceKind.parse(name) })
  if (kind === 'group') return PolicyScope.parse({ kind: 'group', of: name })
  if (kind === 'identity') return { kind: 'identity', of: await identityNamed(client, name) }
  if (kind === 'instance') {
    const { identity } = await showInstance(client, name)
    if (identity) return { kind: 'identity', of: identity.principalId }
    throw new SignetError('conflict', `The identity of ${name} is off.`)
  }
  throw new StartupError(`"${of}" is none of default, kind:KIND, group:NAME, identity:NAME and instance:NAME`)
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** @throws StartupError */
function secondsOf(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) throw new StartupError(`"${text}" is no duration such as 90d or 24h`)
  return Number(count) * (units[unit] ?? 1)
}

function shareOf(text: string): number {
  const percent = Number(text.replace(/\s*%$/, ''))
  if (Number.isNaN(percent)) throw new StartupError(`"${text}" is no number of percent`)
  return percent / 100
}

/** @throws StartupError */
function windowOf(text: string): RotationWindow {
  const [, cron, length, zone] = /^(.+) for (\d+[smhd]) in (\S+)$/.exec(text) ?? []
  if (cron === undefined || length === undefined) {
    throw new StartupError(`"${text}" is no window such as "0 2 * * * for 2h in Europe/Berlin"`)
  }
  return RotationWindow.parse({ cron, minutes: secondsOf(length) / 60, zone })
}

/** @throws StartupError */
function instantOf(text: string): number {
  if (/^\d+[smhd]$/.test(text)) return systemClock.now() + secondsOf(text) * 1_000
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new StartupError(`"${text}" is neither a time nor a duration such as 48h`)
  return at
}
