import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type RolloutNeighbours, RolloutSelector } from './rollout-selection.ts'

const none = async () => []

/** A fleet of which each instance is gone by the time it is looked at; everything is answered in the turn it is asked in. */
function fleetOf(size: number, asked: (portion: number) => void): RolloutNeighbours {
  const ids = Array.from({ length: size }, (_, index) => String(index))
  return {
    select: async (_list, _filter, { after, limit }) => {
      asked(limit)
      const end = Number(after ?? 0) + limit
      return { ids: ids.slice(end - limit, end), next: end < size ? String(end) : null }
    },
    holders: none,
    places: async () => new Map(),
    outstanding: async () => ({ live: { tokens: 0, until: null }, lastUsedAt: null }),
    agents: async () => new Map(),
  }
}

it('a rollout of everything is found in small portions, each in a turn of its own, so that tokens are issued in between', async () => {
  let turn = 0
  let isOver = false
  const turns = (async () => {
    while (!isOver) {
      turn += 1
      await setImmediate()
    }
  })()
  const portions: { turn: number; limit: number }[] = []
  const selector = new RolloutSelector({
    store: { openSlots: none },
    neighbours: fleetOf(1_000, (limit) => portions.push({ turn, limit })),
  })

  const found = await selector.resolve({ list: 'instances', q: '' }, 'rotate')
  isOver = true
  await turns

  expect(found).toHaveLength(1_000)
  expect(Math.max(...portions.map(({ limit }) => limit))).toBeLessThanOrEqual(100)
  expect(new Set(portions.map((portion) => portion.turn)).size, 'a turn for each portion').toBe(portions.length)
})
