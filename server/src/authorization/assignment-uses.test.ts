import { minuteMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { AssignmentUses } from './assignment-uses.ts'

function open(fails: () => boolean = () => false) {
  const clock = new FakeClock()
  const written: [string, number][][] = []
  const uses = new AssignmentUses({
    clock,
    record: async (batch) => {
      if (fails()) throw new Error('disk full')
      written.push([...batch])
    },
  })
  return { clock, written, uses, start: clock.now() }
}

describe('uses of role assignments', () => {
  it('are current at once, and written together, those of one at most once a minute', async () => {
    const { clock, written, uses, start } = open()
    uses.add('a')
    uses.add('b')
    await uses.flush()
    clock.advance(minuteMs - 1)
    uses.add('a')
    await uses.flush()
    expect(uses.lastOf('a')).toBe(start + minuteMs - 1)
    expect(written).toEqual([
      [
        ['a', start],
        ['b', start],
      ],
    ])
    clock.advance(minuteMs)
    await uses.flush()
    await uses.flush()
    expect(written.slice(1)).toEqual([[['a', start + minuteMs - 1]]])
  })

  it('leave nothing unwritten when the process ends', async () => {
    const { clock, written, uses, start } = open()
    uses.add('a')
    await uses.flush()
    clock.advance(1)
    uses.add('a')
    await uses.flush({ all: true })
    expect(written.at(-1)).toEqual([['a', start + 1]])
  })

  it('that could not be written are written the next time', async () => {
    let isFull = true
    const { written, uses, start } = open(() => isFull)
    uses.add('a')
    await expect(uses.flush()).rejects.toThrow('disk full')
    isFull = false
    await uses.flush()
    expect(written).toEqual([[['a', start]]])
  })

  it('are known from before, never go back, and are forgotten with the assignment', async () => {
    const { written, uses, start } = open()
    uses.know('a', start - 5)
    uses.know('b', null)
    expect([uses.lastOf('a'), uses.lastOf('b')]).toEqual([start - 5, null])
    uses.add('a')
    uses.know('a', start - 5)
    expect(uses.lastOf('a')).toBe(start)
    uses.forget('a')
    await uses.flush({ all: true })
    expect(uses.lastOf('a')).toBeNull()
    expect(written).toEqual([])
  })
})
