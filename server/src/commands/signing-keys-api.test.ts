import { SigningKey } from '@signet/shared/api/signing-keys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand
beforeAll(async () => {
  stand = await openDashboard()
})
afterAll(() => stand.close())

async function ask(method: string, path: string, body?: unknown) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await stand.send({ method, path: `/api${path}`, headers: stand.headers, ...sent })
  return { ...answer, json: JSON.parse(answer.text) as unknown }
}

const List = z.object({ items: z.array(SigningKey) })
const keys = async () => List.parse((await ask('GET', '/signing-keys')).json).items
const active = async () => (await keys()).find(({ state }) => state === 'active')?.kid ?? ''

describe('signing keys over the API', () => {
  it('are listed, each with the tokens that are out under it', async () => {
    // These are counted on a thread of its own, which takes its time to start on a busy machine.
    const listed = () => keys().catch(() => undefined)
    const none = { tokens: 0, principals: 0, audiences: 0, until: null }
    await expect.poll(async () => (await listed())?.map(({ live }) => live)).toEqual([none, none])
  })

  it('are rotated in an emergency by one call of somebody who confirmed just now, on record (SEC-22, SEC-89)', async () => {
    expect((await keys()).map(({ state }) => state).sort()).toEqual(['active', 'prepared'])
    const old = await active()
    const path = `/signing-keys/${old}/emergency-rotation`
    const done = await ask('POST', path, { reason: 'leaked' })
    expect(done.status).toBe(200)
    expect(done.json).toMatchObject({ revoked: { kid: old, state: 'revoked' }, active: { state: 'active' } })
    expect(done.headers['x-signet-audit-event']).toBeDefined()
    expect((await ask('POST', path, {})).json).toMatchObject({ code: 'conflict' })
    expect(await active()).not.toBe(old)
  })

  it('are held, released, and never removed while one signs (SEC-88)', async () => {
    const kid = await active()
    expect((await ask('POST', `/signing-keys/${kid}/hold`, { held: true })).json).toMatchObject({ held: true })
    expect((await ask('DELETE', `/signing-keys/${kid}`, { force: true })).status).toBe(409)
    expect((await ask('POST', `/signing-keys/${kid}/hold`, { held: false })).json).toMatchObject({ held: false })
    expect((await ask('POST', '/signing-keys/nobody/hold', { held: true })).status).toBe(404)
  })

  it('are neither rotated nor removed by a session that did not confirm lately (SEC-22)', async () => {
    const kid = await active()
    stand.clock.advance(5 * 60_000 + 1)
    for (const [method, path] of [
      ['POST', `/signing-keys/${kid}/emergency-rotation`],
      ['DELETE', `/signing-keys/${kid}`],
    ] as const) {
      const answer = await ask(method, path, {})
      expect([answer.status, answer.json]).toMatchObject([403, { code: 'step_up_required' }])
    }
    expect(await active()).toBe(kid)
  })
})
