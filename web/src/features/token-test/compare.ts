import type { TokenTest } from '@signet/shared/api/token-tests'
import { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { dialectWords } from '../../api/dialect-words.ts'
import { codeWords } from '../../api/words.ts'

export interface StepPair {
  readonly name: ProbeStep['name']
  readonly left: ProbeStep | undefined
  readonly right: ProbeStep | undefined
  /** What is not the same, in words. */
  readonly differences: readonly string[]
}

export interface ValuePair {
  readonly name: string
  readonly left: string
  readonly right: string
  readonly differs: boolean
}

/** The steps in the order of the path. */
const path = ProbeStep.shape.name.options
/** Durations count as different when one is this many times the other, and by at least so much. */
const muchSlower = 3
const noticeableMs = 10

/**
 * The steps of two tests side by side, as they came about; the n-th of a name stands beside the n-th, and what one side
 * alone did stands where it did it.
 */
export function pairSteps(left: readonly ProbeStep[], right: readonly ProbeStep[]): StepPair[] {
  const [lefts, rights] = [inTurn(left), inTurn(right)]
  const turns = new Set<string>()
  const turnsOfRight = [...rights.keys()]
  for (const turn of lefts.keys()) {
    for (const earlier of turnsOfRight.slice(0, Math.max(0, turnsOfRight.indexOf(turn)))) {
      if (!lefts.has(earlier)) turns.add(earlier)
    }
    turns.add(turn)
  }
  for (const turn of turnsOfRight) turns.add(turn)
  return [...turns].flatMap((turn) => {
    const pair = { left: lefts.get(turn), right: rights.get(turn) }
    const name = (pair.left ?? pair.right)?.name
    return name === undefined ? [] : [{ name, ...pair, differences: differencesOf(pair.left, pair.right) }]
  })
}

/** Steps as they began, under their name and which of that name they are. */
function inTurn(steps: readonly ProbeStep[]): Map<string, ProbeStep> {
  const began = steps.toSorted((a, b) => a.startMs - b.startMs || path.indexOf(a.name) - path.indexOf(b.name))
  const counts = new Map<string, number>()
  return new Map(
    began.map((step) => {
      const count = (counts.get(step.name) ?? 0) + 1
      counts.set(step.name, count)
      return [`${step.name} ${count}`, step]
    }),
  )
}

function differencesOf(left: ProbeStep | undefined, right: ProbeStep | undefined): string[] {
  if (!left || !right) return ['only on one side']
  const [short = 0, long = 0] = [left.durationMs, right.durationMs].toSorted((a, b) => a - b)
  const found = [
    left.status !== right.status && 'outcome',
    left.httpStatus !== right.httpStatus && 'HTTP status',
    left.code !== right.code && 'reason',
    left.detail !== right.detail && 'detail',
    long - short >= noticeableMs && long >= short * muchSlower && 'time taken',
  ]
  return found.filter((each) => each !== false)
}

/** What was asked and what came of it. */
export function pairFacts(left: TokenTest, right: TokenTest): ValuePair[] {
  const facts = (test: TokenTest): Record<string, string> => ({
    Outcome: test.outcome === 'ok' ? 'Token received' : codeWords(test.failure?.code ?? 'failed'),
    Instance: test.instance.name,
    Audience: test.resource,
    Endpoint: dialectWords[test.dialect],
    Selector: test.selector === null ? 'None' : `${test.selector.name}=${test.selector.value}`,
    Cache: test.bypassCache || test.shortLived ? 'Passed by' : 'Used',
    Lifetime: test.shortLived ? 'Short' : 'Usual',
  })
  return pairValues(facts(left), facts(right))
}

/** The claims of both tokens; a claim of one side only stands beside nothing. */
export function pairClaims(left: TokenTest, right: TokenTest): ValuePair[] {
  const texts = (test: TokenTest) =>
    Object.fromEntries(Object.entries(test.token?.claims ?? {}).map(([name, value]) => [name, textOf(value)]))
  return pairValues(texts(left), texts(right))
}

function pairValues(left: Record<string, string>, right: Record<string, string>): ValuePair[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return names.map((name) => {
    const pair = { left: ownOf(left, name), right: ownOf(right, name) }
    return { name, ...pair, differs: pair.left !== pair.right }
  })
}

function ownOf(record: Record<string, string>, name: string): string {
  return Object.hasOwn(record, name) ? (record[name] ?? '') : '–'
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
