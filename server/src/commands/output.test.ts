import type { TokenTest } from '@signet/shared/api/token-tests'
import { expect, it } from 'vitest'
import { printTokenTest } from './output.ts'

const step = { kind: 'cache', title: 'Token cache', detail: '', durationMs: 0.04 } as const

it('a step that was not reached is told apart from one that went well', () => {
  const steps = [
    { ...step, status: 'ok' },
    { ...step, title: 'Authority asked', status: 'skipped' },
    { ...step, title: 'GET http://127.0.0.1', status: 'failed', httpStatus: 400 },
  ]
  const test = { steps, token: null, failure: null } as unknown as TokenTest
  expect(printTokenTest(test).split('\n')).toEqual([
    'ok           0.0 ms  Token cache',
    'skipped              Authority asked',
    'FAILED       0.0 ms  GET http://127.0.0.1 (400)',
  ])
})
