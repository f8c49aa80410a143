import type { InstanceSummary } from '@signet/shared/api/resources'
import type { RotationSummary } from '@signet/shared/api/rotation'
import type { TokenTest } from '@signet/shared/api/token-tests'

/** Words for a terminal; scripts use `--json`. */

export const at = (instant: number | null) => (instant === null ? '-' : new Date(instant).toISOString())

export function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

export function printInstances(instances: readonly InstanceSummary[]): string {
  if (instances.length === 0) return 'No service instance yet; add one with `signet instance add NAME`.'
  return instances
    .map((one) => [one.name.padEnd(24), one.identityState.padEnd(9), one.identity?.principalId ?? '-'].join('  '))
    .join('\n')
}

export function printInstance(instance: InstanceSummary): string {
  return rows([
    ['name', instance.name],
    ['identity', `${instance.health.state}: ${instance.health.reason}`],
    ['principal ID', instance.identity?.principalId ?? '-'],
    ['client ID', instance.identity?.clientId ?? '-'],
    [
      'certificate',
      instance.credential ? `${instance.credential.thumbprint} until ${at(instance.credential.notAfter)}` : '-',
    ],
    ['next rotation', at(instance.nextRotationAt)],
    ['agent', instance.agent ? `${instance.agent.version}, ${agentState(instance.agent)}` : 'none'],
  ])
}

function agentState({ quarantined, connected }: NonNullable<InstanceSummary['agent']>): string {
  if (quarantined) return 'quarantined'
  return connected ? 'connected' : 'not connected'
}

export function printRotation(run: RotationSummary): string {
  return rows([
    ['rotation', run.id],
    ['state', run.state],
    ['old', run.from?.thumbprint ?? '-'],
    ['new', run.to?.thumbprint ?? '-'],
    ['in use since', at(run.activatedAt)],
    ['old accepted until', at(run.overlapUntil)],
  ])
}

const marks = { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped', running: 'running' } as const

/** A step that was not reached took no time, and is not called good. */
function stepLine({ status, durationMs, title, httpStatus }: TokenTest['steps'][number]): string {
  const took = status === 'skipped' ? ''.padStart(10) : `${durationMs.toFixed(1).padStart(7)} ms`
  return `${marks[status]}  ${took}  ${title}${httpStatus ? ` (${httpStatus})` : ''}`
}

export function printTokenTest(test: TokenTest & { accessToken?: string }): string {
  const checks = (test.token?.checks ?? []).map(
    ({ ok, name, detail }) => `${marks[ok ? 'ok' : 'failed']}  ${name}: ${detail}`,
  )
  const claims = test.token ? [JSON.stringify(test.token.claims, null, 2)] : []
  const error = test.failure ? [test.failure.cause, test.failure.answer?.body ?? '', test.failure.fix.label] : []
  return [
    ...test.steps.map(stepLine),
    ...checks,
    ...claims,
    ...error,
    ...(test.accessToken ? [test.accessToken] : []),
  ].join('\n')
}
