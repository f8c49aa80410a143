import type { ErrorCode } from '@signet/shared/errors'
import { aadstsMeaningOf, aadstsNumberIn } from '@signet/shared/wire/aadsts'
import { longestOfStep, type ProbeStep } from '@signet/shared/wire/agent-protocol'
import { redact } from '../platform/redaction.ts'

/**
 * One list of what the agent and the authority saw. The authority's steps lie within the agent's call of it; their
 * clocks differ, so they start where the call does.
 */
export function combineSteps(steps: readonly ProbeStep[], inner: readonly ProbeStep[]): ProbeStep[] {
  const found = steps.findLastIndex((step) => step.name === 'authority')
  const call = found === -1 ? steps.length : found + 1
  const startMs = steps[found]?.startMs ?? steps.at(-1)?.startMs ?? 0
  const shifted = inner.map((step) => ({ ...step, startMs: Math.round((step.startMs + startMs) * 100) / 100 }))
  return [...steps.slice(0, call), ...shifted, ...steps.slice(call)].map(withoutSecrets)
}

/** How a test ended before some of its steps did; `atMs` counts from its beginning. */
export interface TestEnd {
  readonly detail: string
  readonly code: ErrorCode
  readonly atMs: number
}

/** What is still running when a test ends has failed. */
export function endSteps(steps: readonly ProbeStep[], end: TestEnd): ProbeStep[] {
  return steps.map((step): ProbeStep => {
    if (step.status !== 'running') return step
    const durationMs = Math.max(0, end.atMs - step.startMs)
    return { ...step, status: 'failed', detail: end.detail, code: end.code, durationMs }
  })
}

/** The steps of a test that is given up: it has failed in what was running, or at the agent when nothing was. */
export function closeSteps(steps: readonly ProbeStep[], end: TestEnd): ProbeStep[] {
  const closed = endSteps(steps, end)
  if (closed.some((step) => step.status === 'failed')) return closed
  const agent: ProbeStep = {
    name: 'agent',
    title: 'Agent reached',
    status: 'failed',
    startMs: 0,
    durationMs: end.atMs,
    httpStatus: null,
    detail: end.detail,
    code: end.code,
    exchange: null,
  }
  return [...closed, agent]
}

/** The innermost failure: the hops around it failed because of it. */
export function rootFailure(steps: readonly ProbeStep[]): { step: ProbeStep; code: ErrorCode } | undefined {
  const step = steps.findLast((each) => each.status === 'failed')
  return step && { step, code: codeOf(step) }
}

/** The agent sums up what the authority refuses; its number says more, when the authority's own steps are missing. */
function codeOf(step: ProbeStep): ErrorCode {
  const number = step.name === 'authority' ? aadstsNumberIn(step.detail) : undefined
  const said = number === undefined ? null : (aadstsMeaningOf(number)?.code ?? null)
  return said ?? step.code ?? 'internal'
}

/** An agent is not trusted to have taken everything out. */
function withoutSecrets(step: ProbeStep): ProbeStep {
  const { exchange } = step
  return {
    ...step,
    title: redact(step.title, longestOfStep.title),
    detail: redact(step.detail, longestOfStep.detail),
    exchange: exchange && {
      request: redact(exchange.request, longestOfStep.exchange),
      response: redact(exchange.response, longestOfStep.exchange),
    },
  }
}
