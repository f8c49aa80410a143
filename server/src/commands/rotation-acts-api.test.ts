import { InstanceDetail } from '@signet/shared/api/resources'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand
let principalId: string
beforeAll(async () => {
  stand = await openDashboard()
  const { json } = await ask('POST', '/instances', { name: 'web-01' })
  const { id } = InstanceDetail.parse(json)
  const on = await ask('PUT', `/instances/${id}/identity`, { enabled: true })
  principalId = InstanceDetail.parse(on.json).identity?.principalId ?? ''
})
afterAll(() => stand.close())

async function ask(method: string, path: string, body?: unknown) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await stand.send({ method, path: `/api${path}`, headers: stand.headers, ...sent })
  return { ...answer, json: JSON.parse(answer.text) as unknown }
}

const nobodysRun = '01931f00-0000-7000-8000-000000000001'

const many = { selection: { list: 'instances', q: '' }, plan: { waveSize: 1 } }

describe('acts on rotations over the API', () => {
  it('say what is wrong and what to do: no certificate, no such rotation, no reason', async () => {
    const conflict = { code: 'conflict', fix: expect.any(String) }
    expect((await ask('POST', `/identities/${principalId}/emergency-rotation`, { reason: 'x' })).json).toMatchObject(
      conflict,
    )
    expect((await ask('POST', `/identities/${principalId}/drills`, {})).json).toMatchObject(conflict)
    expect((await ask('POST', `/identities/${principalId}/emergency-rotation`, {})).status).toBe(400)
    expect((await ask('POST', `/rotations/${nobodysRun}/rollback`, {})).status).toBe(404)
    expect((await ask('POST', `/rotations/${nobodysRun}/keep`, { until: 1 })).status).toBe(404)
    expect((await ask('GET', `/identities/${principalId}/drills`)).json).toEqual({ items: [] })
  })

  it('that take certificates away at once want a fresh confirmation (SEC-22, SEC-89)', async () => {
    stand.clock.advance(5 * 60_000 + 1)
    for (const [path, body] of [
      [`/identities/${principalId}/emergency-rotation`, { reason: 'leaked' }],
      [`/rotations/${nobodysRun}/retire`, {}],
      [`/identities/${principalId}/rotations`, { overlap: 'none' }],
      ['/rollouts', { ...many, act: 'emergency', reason: 'leaked' }],
    ] as const) {
      const answer = await ask('POST', path, body)
      expect([answer.status, answer.json]).toMatchObject([403, { code: 'step_up_required' }])
    }
    expect((await ask('POST', `/rotations/${nobodysRun}/rollback`, {})).status).toBe(404)
    for (const act of ['rotate', 'drill']) {
      expect((await ask('POST', '/rollouts', { ...many, act })).json).toMatchObject({ code: 'conflict' })
    }
    expect((await ask('POST', '/rollouts/preview', { ...many, act: 'emergency' })).status).toBe(200)
  })

  it('of many at once need a reason where they revoke (SEC-89)', async () => {
    expect((await ask('POST', '/rollouts', { ...many, act: 'emergency' })).status).toBe(400)
    expect((await ask('POST', '/rollouts', { ...many, act: 'renew' })).status).toBe(400)
  })
})
