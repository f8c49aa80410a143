import { describe, expect, it } from 'vitest'
import { inPortions } from './portions.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('work in portions', () => {
  it('is done for each once, sixteen under way at a time', async () => {
    const done: number[] = []
    let underWay = 0
    let most = 0
    await inPortions(numbers(40), async (one) => {
      underWay += 1
      most = Math.max(most, underWay)
      await Promise.resolve()
      underWay -= 1
      done.push(one)
    })
    expect(done).toEqual(numbers(40))
    expect(most).toBe(16)
  })

  it('ends with the portion in which one says so', async () => {
    const begun: number[] = []
    await inPortions(numbers(40), async (one) => {
      begun.push(one)
      return one !== 3
    })
    expect(begun).toEqual(numbers(16))
  })

  it('that fails has its portion end before it is told, and nothing after it begin', async () => {
    const ended: number[] = []
    const failing = inPortions(numbers(40), async (one) => {
      if (one === 3) throw new Error('no')
      await Promise.resolve()
      ended.push(one)
    })
    await expect(failing).rejects.toThrow('no')
    expect(ended).toEqual(numbers(16).filter((one) => one !== 3))
  })
})
