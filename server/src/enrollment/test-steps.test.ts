import { longestOfStep, ProbeStep } from '@signet/shared/wire/agent-protocol'
import { describe, expect, it } from 'vitest'
import { closeSteps, combineSteps, endSteps, rootFailure } from './test-steps.ts'

const step = (name: ProbeStep['name'], more: Partial<ProbeStep> = {}): ProbeStep => ({
  name,
  title: name,
  status: 'ok',
  startMs: 0,
  durationMs: 1,
  httpStatus: null,
  detail: '',
  code: null,
  exchange: null,
  ...more,
})

describe('the steps of agent and authority', () => {
  it('are one list, the authority’s inside the call that caused them', () => {
    const steps = [step('agent'), step('authority', { startMs: 10 }), step('record', { name: 'cache', startMs: 50 })]
    const all = combineSteps(steps, [step('audience', { startMs: 2.5 })])
    expect(all.map(({ name, startMs }) => [name, startMs])).toEqual([
      ['agent', 0],
      ['authority', 10],
      ['audience', 12.5],
      ['cache', 50],
    ])
  })

  it('stand last while the agent has not told of its call yet', () => {
    const all = combineSteps([step('agent'), step('identity', { startMs: 3 })], [step('audience', { startMs: 1 })])
    expect(all.map(({ name }) => name)).toEqual(['agent', 'identity', 'audience'])
  })

  it('hold no token, whatever an agent sends (SEC-171)', () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(30)}.${'b'.repeat(30)}`
    const leaky = step('authority', { detail: token, exchange: { request: `x=${token}`, response: token } })
    expect(JSON.stringify(combineSteps([leaky], []))).not.toContain('aaaa')
  })

  it('stay within the limits of the protocol, although taking secrets out makes texts longer', () => {
    const text = (longest: number) => 'code=1&'.repeat(longest).slice(0, longest)
    const { title, detail, exchange } = longestOfStep
    const request = text(exchange)
    const hostile = { title: text(title), detail: text(detail), exchange: { request, response: request } }
    const [kept] = combineSteps([step('authority', hostile)], [])
    expect(ProbeStep.safeParse(kept).error).toBeUndefined()
    expect(kept?.detail).toContain('code=[redacted]&code=[redacted]')
  })
})

describe('a test that is given up', () => {
  const end = { detail: 'No answer within 20 seconds.', code: 'agent_offline', atMs: 20_000 } as const

  it('fails in the step that was running', () => {
    const [first, second] = closeSteps([step('agent'), step('authority', { status: 'running', startMs: 5 })], end)
    expect(first?.status).toBe('ok')
    expect(second).toMatchObject({ status: 'failed', durationMs: 19_995, ...{ detail: end.detail, code: end.code } })
  })

  it('fails nowhere else when the agent answered after all', () => {
    const steps = endSteps([step('agent'), step('authority', { status: 'running', startMs: 5 })], end)
    expect(steps.map(({ status }) => status)).toEqual(['ok', 'failed'])
    expect(endSteps([step('agent')], end)).toEqual([step('agent')])
  })

  it('fails at the agent when nothing had begun', () => {
    expect(closeSteps([], end)).toMatchObject([{ name: 'agent', status: 'failed', detail: end.detail }])
  })
})

describe('the root of a failure', () => {
  it('is the innermost step: the hops around it only pass it on', () => {
    const steps = [
      step('local-endpoint', { status: 'failed', code: 'credential_refused' }),
      step('authority', { status: 'failed', code: 'credential_refused' }),
      step('client-authentication', { status: 'failed', code: 'credential_expired' }),
      step('cache', { status: 'skipped' }),
    ]
    expect(rootFailure(steps)).toMatchObject({ step: { name: 'client-authentication' }, code: 'credential_expired' })
  })

  it('is read from the number in the answer when the authority’s own steps are missing', () => {
    const detail = 'Failed to retrieve token: AADSTS700024: too late'
    const steps = [step('authority', { status: 'failed', code: 'credential_refused', detail })]
    expect(rootFailure(steps)?.code).toBe('assertion_expired')
  })

  it('is nothing when no step failed', () => {
    expect(rootFailure([step('agent')])).toBeUndefined()
  })
})
