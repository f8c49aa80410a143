import type { BlastRadius } from '@signet/shared/api/resources'
import { expect, test } from 'vitest'
import { asksForName } from './blast-radius.ts'
import { exampleRadius } from './testing/example-radius.ts'

const now = 1_000 * 86_400_000
const agents = (total: number) => ({ total, connected: total })

const cases: [string, BlastRadius | undefined, boolean][] = [
  ['was never used', exampleRadius, false],
  ['was used within a week', { ...exampleRadius, week: [{ audience: 'vault', tokens: 1 }] }, true],
  ['was used just inside seven days', { ...exampleRadius, lastUsedAt: now - 7 * 86_400_000 + 1 }, true],
  ['was last used seven days ago', { ...exampleRadius, lastUsedAt: now - 7 * 86_400_000 }, false],
  ['reaches ten things', { ...exampleRadius, agents: agents(9) }, false],
  ['reaches eleven things', { ...exampleRadius, agents: agents(10) }, true],
  ['may read eleven secrets', { ...exampleRadius, secrets: { total: 10, items: [] } }, true],
  ['has as many client secrets', { ...exampleRadius, clientSecrets: 10 }, true],
  ['is not known', undefined, true],
]

test.each(cases)('asks for the name of an identity that %s: %s', (_name, radius, expected) => {
  expect(asksForName(radius, now)).toBe(expected)
})
