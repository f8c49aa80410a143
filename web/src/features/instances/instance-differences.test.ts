import type { InstanceSummary } from '@signet/shared/api/resources'
import { expect, test } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { differences } from './instance-differences.ts'

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
