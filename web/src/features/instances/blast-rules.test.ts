import type { BlastRadius, InstanceSummary } from '@signet/shared/api/resources'
import { expect, test } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { asksForName, differences, tokensIn } from './blast-rules.ts'
import { exampleRadius } from './testing/examples.ts'

const now = 1_000 * 86_400_000
const agent = { id: exampleRadius.agents[0]?.id ?? ('' as never), connected: true, droppedAt: null }

const cases: [string, BlastRadius | undefined, boolean][] = [
  ['was never used', exampleRadius, false],
  ['was used within a week', { ...exampleRadius, week: [{ audience: 'vault', tokens: 1 }] }, true],
  ['was used just inside seven days', { ...exampleRadius, lastUsedAt: now - 7 * 86_400_000 + 1 }, true],
  ['was last used seven days ago', { ...exampleRadius, lastUsedAt: now - 7 * 86_400_000 }, false],
  ['reaches ten things', { ...exampleRadius, agents: Array.from({ length: 9 }, () => agent) }, false],
  ['reaches eleven things', { ...exampleRadius, agents: Array.from({ length: 10 }, () => agent) }, true],
  ['is not known', undefined, true],
]

test.each(cases)('asks for the name of an identity that %s: %s', (_name, radius, expected) => {
  expect(asksForName(radius, now)).toBe(expected)
})

test('adds up what was issued', () => {
  expect(tokensIn([{ tokens: 2 }, { tokens: 3 }])).toBe(5)
  expect(tokensIn([])).toBe(0)
})

test('names what is no longer as it was seen, and nothing else', () => {
  const current: InstanceSummary = {
    ...exampleInstance,
    health: { state: 'paused', reason: '', fix: null },
    tags: { env: 'prod', app: 'x' },
    version: 9,
  }
  expect(differences(exampleInstance, exampleInstance)).toEqual([])
  expect(differences(exampleInstance, current)).toEqual([
    { name: 'Identity', before: 'On', after: 'Paused' },
    { name: 'Tags', before: 'none', after: 'app=x, env=prod' },
  ])
})
