import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

let stack: Stack
const uses = new Map<string, { at: number; audience: string }>()

beforeEach(async () => {
  uses.clear()
  stack = await openStack({
    usage: {
      lastUse: (ids) => new Map([...uses].filter(([id]) => ids.includes(id))),
      refusedFor: () => new Map(),
      recent: () => ({ items: [], nextCursor: null }),
      matching: async () => ({ items: [], nextCursor: null }),
      histogram: async () => ({ bucketMs: 1, buckets: [] }),
      recently: async () => ({ day: [], week: [], live: { tokens: 0, until: null, audiences: [] } }),
    },
  })
})

afterEach(() => stack.close())

const context = contextOf()

async function registered(count: number): Promise<InstanceId[]> {
  const ids: InstanceId[] = []
  for (let index = 0; index < count; index += 1) {
    ids.push((await stack.resources.register(context, { name: `web-${index}`, kind: 'host' })).id)
  }
  return ids
}

describe('a preview', () => {
  it('counts what would change, is so already, is not allowed and is risky, and changes nothing', async () => {
    const on = await identityOn(stack, 'api-1')
    const idle = await identityOn(stack, 'api-2')
    uses.set(on.principalId, { at: stack.clock.now() - hourMs, audience: 'vault' })
    uses.set(idle.principalId, { at: stack.clock.now() - 25 * hourMs, audience: 'vault' })
    await stack.identities.actOn(context, 'pause', (await identityOn(stack, 'api-3')).principalId, {})
    await registered(2)
    const before = await rowsOf(stack, 'audit_events')
    const preview = await stack.bulk.previewer.preview({ list: 'instances', kind: 'pause', selection: { q: '' } })
    expect(preview).toMatchObject({ total: 5, change: 2, already: 1, refused: 2, risky: 1 })
    expect(preview.examples[0]).toMatchObject({ id: on.instance.id, risky: true, verdict: 'change' })
    expect(preview.examples[1]).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('is off') })
    expect(await rowsOf(stack, 'audit_events')).toEqual(before)
  })

  it('of turning on says how many have a principal that could be restored instead', async () => {
    const { instance } = await identityOn(stack, 'api-1')
    await registered(1)
    await stack.identities.turnOff(context, instance.id)
    const selection = { q: '' }
    const preview = (kind: 'turn-on' | 'restore') =>
      stack.bulk.previewer.preview({ list: 'instances', kind, selection })
    expect(await preview('turn-on')).toMatchObject({ change: 2, restorable: 1 })
    expect(await preview('restore')).toMatchObject({ change: 1, refused: 1, restorable: 0 })
    stack.clock.advance(31 * dayMs)
    expect(await preview('turn-on')).toMatchObject({ change: 2, restorable: 0 })
  })

  it('of a filter that matches nothing is empty', async () => {
    await registered(2)
    const preview = await stack.bulk.previewer.preview({
      list: 'instances',
      kind: 'turn-on',
      selection: { q: 'nothing like it' },
    })
    expect(preview).toEqual({ total: 0, change: 0, already: 0, refused: 0, risky: 0, restorable: 0, examples: [] })
  })

  it('says of IDs that are not there that they are not', async () => {
    const [id] = await registered(1)
    const unknown = InstanceId.parse(newGuid())
    const selection = { ids: [given(id), unknown, given(id)] }
    const preview = await stack.bulk.previewer.preview({ list: 'instances', kind: 'turn-on', selection })
    expect(preview).toMatchObject({ total: 2, change: 1, refused: 1 })
    expect(preview.examples[0]).toMatchObject({ id: unknown, name: null })
  })
})
