import { expect, test } from 'vitest'
import { jobCounts, jobTitle, timeLeft } from './job-words.ts'

test('says what a job is, for one and for many', () => {
  const instances = { list: 'instances', undoOf: null } as const
  expect(jobTitle({ ...instances, kind: 'pause', total: 412 })).toBe('Pause 412 identities')
  expect(jobTitle({ ...instances, kind: 'pause', total: 1 })).toBe('Pause 1 identity')
  expect(jobTitle({ ...instances, kind: 'attach', total: 2 })).toBe('Attach identity to 2 instances')
  expect(jobTitle({ ...instances, kind: 'tag', total: 1, undoOf: 'x' as never })).toBe('Undo: Tag 1 instance')
  expect(jobTitle({ list: 'applications', kind: 'delete', total: 3, undoOf: null })).toBe('Delete 3 applications')
})

test('counts what there is and leaves out what is not', () => {
  const none = { changed: 0, already: 0, refused: 0, failed: 0, waiting: 0, state: 'running' } as const
  expect(jobCounts(none)).toBe('nothing to do')
  expect(jobCounts({ ...none, changed: 268, failed: 3, waiting: 141 })).toBe('268 changed · 3 failed · 141 waiting')
  expect(jobCounts({ ...none, waiting: 2, state: 'cancelled' })).toBe('2 cancelled')
})

test('reckons the time that is left from the pace, and only while it runs', () => {
  expect(timeLeft({ state: 'running', waiting: 141, perSecond: 10 })).toBe(15_000)
  expect(timeLeft({ state: 'paused', waiting: 141, perSecond: 10 })).toBeNull()
})
