import type { TokenTest } from '@signet/shared/api/token-tests'
import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { codeWords } from '../../api/words.ts'
import { dialectWords } from './step-words.ts'

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

const order: readonly ProbeStep['name'][] = [
  'agent',
  'local-endpoint',
  'identity',
  'cache',
  'assertion',
  'authority',
  'client-authentication',
  'audience',
  'signature',
  'record',
]
/** Durations count as different when one is this many times the other, and by at least so much. */
const muchSlower = 3
const noticeableMs = 10

/** The steps of two tests side by side, in the order of the path; the n-th of a name stands beside the n-th. */
export function pairSteps(left: readonly ProbeStep[], right: readonly ProbeStep[]): StepPair[] {
  return order.flatMap((name) => {
    const lefts = left.filter((step) => step.name === name)
    const rights = right.filter((step) => step.name === name)
    return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, index) => {
      const pair = { left: lefts[index], right: rights[index] }
      return { name, ...pair, differences: differencesOf(pair.left, pair.right) }
    })
  })
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
