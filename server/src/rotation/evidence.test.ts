import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, type Stack } from '../../test/stack.ts'
import type { TokenWitness } from './evidence.ts'

type Logged = NonNullable<ReturnType<TokenWitness['byUti']>>

let stack: Stack
let web: Awaited<ReturnType<typeof identityOn>>
const logged = new Map<string, Logged>()
const uti = 'A'.repeat(22)
/** When web-01 got its first certificate, and when its second, a day later; the overlap lasts 24 hours. */
let first: number
let second: number

beforeAll(async () => {
  stack = await openStack({
    tokens: {
      byUti: (wanted) => logged.get(wanted),
      byCorrelation: (id) => [...logged.values()].filter(({ correlationId }) => correlationId === id),
      signingKey: async (kid) => ({ kid, state: 'active', activateAt: 0, retireAt: null }),
      utiOf: () => uti,
    },
  })
  first = stack.clock.now()
  web = await identityOn(stack)
  stack.clock.advance(dayMs)
  second = stack.clock.now()
  await stack.rotation.rollover.rotateNow(contextOf('operator', 'Grace'), web.principalId, 'audit')
  const next = await web.agent.request(web.slotId)
  stack.clock.advance(4_000)
  await stack.rotation.rollover.acknowledge(web.agent.context, web.agent.id, web.slotId, next.x5tS256, '1.4.2')
  stack.clock.advance(2 * dayMs)
  await stack.rotation.scheduler.turn()
})
afterAll(() => stack.close())

async function heldAt(at: number, by: { instance?: string; identity?: string } = { identity: web.principalId }) {
  const { items } = await stack.rotation.evidence.held({ ...by, at }, { limit: 50 })
  return items.map(({ cause }) => cause)
}

describe('the record of a certificate', () => {
  it('says where it came from, who has it, and what became of it', async () => {
    const [newest, oldest] = await stack.rotation.evidence.ofPrincipal(web.principalId)
    expect(newest).toMatchObject({
      principalName: 'web-01',
      instance: { id: web.instance.id, name: 'web-01' },
      cause: 'manual',
      actor: { kind: 'operator', label: 'Grace' },
      keyAlgorithm: 'p256',
      keyLocation: 'agent',
      issuedAt: second,
      deliveredAt: second + 4_000,
      activatedAt: second + 4_000,
      acknowledgement: { at: second + 4_000, agentId: web.agent.id, agentName: 'agent', agentVersion: '1.4.2' },
      ...{ supersededAt: null, retiredAt: null, revokedAt: null, revokeReason: null },
      run: { state: 'completed', requestedAt: second, errorCode: null },
    })
    expect(newest?.issuer?.subject).toContain('Signet Identity CA')
    expect(newest?.issuer?.serial).toMatch(/^[0-9a-f]+$/)
    expect(newest?.issuer?.thumbprint).toMatch(/^[0-9A-F]{40}$/)
    expect(oldest).toMatchObject({
      cause: 'enable',
      state: 'retired',
      supersededAt: second + 4_000,
      usableUntil: second + 4_000 + dayMs,
      retiredAt: second + 4_000 + 2 * dayMs,
    })
  })

  it('keeps the first acknowledgement, and takes one that comes after the first use', async () => {
    const db = await identityOn(stack, 'db-01')
    await stack.rotation.rollover.rotateNow(contextOf(), db.principalId)
    const next = await db.agent.request(db.slotId)
    await stack.rotation.rollover.activateUsed(next.id)
    const used = stack.clock.now()
    const record = async () => given((await stack.rotation.evidence.ofPrincipal(db.principalId))[0])
    expect(await record()).toMatchObject({ deliveredAt: used, acknowledgement: null })
    stack.clock.advance(minuteMs)
    await db.agent.acknowledge(db.slotId, next.x5tS256)
    stack.clock.advance(minuteMs)
    await db.agent.acknowledge(db.slotId, next.x5tS256)
    expect(await record()).toMatchObject({ deliveredAt: used, acknowledgement: { at: used + minuteMs } })
  })

  it('says why it was revoked', async () => {
    const gone = await identityOn(stack, 'gone-01')
    await stack.identities.turnOff(contextOf('operator', 'Ada'), gone.instance.id)
    const [record] = await stack.rotation.evidence.ofPrincipal(gone.principalId)
    expect(record).toMatchObject({
      state: 'revoked',
      revokedAt: stack.clock.now(),
      revokeReason: 'identity turned off',
    })
  })

  it('that rolled with little of its life left says so', async () => {
    const late = await identityOn(stack, 'late-01')
    const { notAfter, notBefore } = late.first
    const before = stack.clock.now()
    stack.clock.advance(Math.ceil(notAfter - (notAfter - notBefore) * 0.1 - before))
    await stack.rotation.scheduler.turn()
    const next = await late.agent.roll(late.slotId)
    const [record] = await stack.rotation.evidence.ofPrincipal(late.principalId)
    expect(record).toMatchObject({ id: next.id, cause: 'expiring' })
  })
})

describe('who held which certificate', () => {
  it('is answered for any moment: none before the first, both in the overlap, one after it', async () => {
    expect(await heldAt(first - 1)).toEqual([])
    expect(await heldAt(first)).toEqual(['enable'])
    expect(await heldAt(second - 1)).toEqual(['enable'])
    expect(await heldAt(second)).toEqual(['manual', 'enable'])
    expect(await heldAt(second + 4_000 + dayMs - 1)).toEqual(['manual', 'enable'])
    expect(await heldAt(second + 4_000 + dayMs)).toEqual(['manual'])
  })

  it('is asked by the name or the ID of an instance or an identity', async () => {
    for (const by of [{ instance: 'WEB-01' }, { instance: web.instance.id }, { identity: 'web-01' }]) {
      expect(await heldAt(second, by)).toEqual(['manual', 'enable'])
    }
    expect(await heldAt(second, { instance: 'web-02' })).toEqual([])
    expect(await heldAt(second, { instance: 'web-*' })).toEqual([])
    expect(await heldAt(second, {})).toEqual(['manual', 'enable'])
  })

  it('counts one that was revoked later, and not from the moment it was', async () => {
    const gone = await identityOn(stack, 'gone-02')
    const issued = stack.clock.now()
    stack.clock.advance(hourMs)
    await stack.identities.turnOff(contextOf(), gone.instance.id)
    expect(await heldAt(issued + hourMs - 1, { instance: 'gone-02' })).toEqual(['enable'])
    expect(await heldAt(issued + hourMs, { instance: 'gone-02' })).toEqual([])
  })

  it('is refused for a moment that is still to come, and says from when on the history is whole', async () => {
    const now = stack.clock.now()
    await expect(stack.rotation.evidence.held({ at: now + 1 }, { limit: 1 })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await stack.rotation.evidence.held({ at: now }, { limit: 1 })).toMatchObject({
      completeFrom: now - 400 * dayMs,
    })
  })

  it('comes in pages', async () => {
    const now = stack.clock.now()
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await stack.rotation.evidence.held({ at: now }, { limit: 1, cursor })
      names.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    const { items } = await stack.rotation.evidence.held({ at: now }, { limit: 50 })
    expect(names).toEqual(items.map(({ id }) => id))
    expect(names.length).toBeGreaterThan(1)
  })
})

describe('the evidence of a token', () => {
  const row = (own: Partial<Logged> = {}): Logged => ({
    id: '00000000-0000-7000-8000-000000000000',
    at: second + hourMs,
    audience: 'vault',
    outcome: 'ok',
    x5tS256: web.first.x5tS256,
    kid: 'kid-1',
    expiresAt: second + 2 * hourMs,
    ip: null,
    correlationId: 'c-1',
    principalId: web.principalId,
    ...own,
  })
  beforeEach(() => logged.clear())

  it('names the certificate that minted it, its rotation, the identity and the key it is signed with', async () => {
    logged.set(uti, row())
    const found = await stack.rotation.evidence.token(uti)
    expect(found).toMatchObject({
      uti,
      request: { audience: 'vault', correlationId: 'c-1' },
      identity: { principalId: web.principalId, name: 'web-01', kind: 'system' },
      credential: { id: web.first.id, cause: 'enable', run: { state: 'completed' } },
      wasAccepted: true,
      signingKey: { kid: 'kid-1' },
    })
    expect(stack.rotation.evidence.requested('c-1')).toEqual([
      { uti, at: second + hourMs, audience: 'vault', outcome: 'ok', principalId: web.principalId },
    ])
  })

  it('says when the certificate was not accepted any more at that moment', async () => {
    logged.set(uti, row({ at: second + 4_000 + dayMs }))
    expect(await stack.rotation.evidence.token(uti)).toMatchObject({ wasAccepted: false })
  })

  it('has no certificate where a secret or another issuer proved who asked', async () => {
    logged.set(uti, row({ x5tS256: null, kid: null }))
    expect(await stack.rotation.evidence.token(uti)).toMatchObject({
      ...{ credential: null, wasAccepted: null, signingKey: null },
    })
  })

  it('of an unknown number is not found', async () => {
    await expect(stack.rotation.evidence.token(uti)).rejects.toMatchObject({ code: 'not_found' })
  })
})
