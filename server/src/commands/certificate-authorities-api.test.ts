import { CertificateAuthority } from '@signet/shared/api/certificate-authorities'
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

const List = z.object({ items: z.array(CertificateAuthority) })
const signing = async () =>
  List.parse((await ask('GET', '/certificate-authorities')).json).items.filter(({ state }) => state === 'active')
const idOf = async (scope: string) => (await signing()).find((one) => one.scope === scope)?.id ?? ''

describe('certificate authorities over the API', () => {
  it('are listed, each with when the next one is made and signs (SEC-51)', async () => {
    const list = await signing()
    expect(list.map(({ scope }) => scope).sort()).toEqual(['agents', 'credentials', 'root', 'tls'])
    for (const { scope, prepareAt, activateAt } of list) {
      expect([prepareAt !== null, activateAt !== null]).toEqual([scope !== 'root', scope !== 'root'])
    }
  })

  it('are rotated by one call of somebody who confirmed just now, on record (SEC-22)', async () => {
    const old = await idOf('tls')
    const path = `/certificate-authorities/${old}/rotation`
    const done = await ask('POST', path, { reason: 'a visit' })
    expect([done.status, done.json]).toMatchObject([200, { retiring: { id: old }, active: { state: 'active' } }])
    expect(done.headers['x-signet-audit-event']).toBeDefined()
    expect((await ask('POST', path, {})).json).toMatchObject({ code: 'conflict' })
    expect((await ask('POST', `/certificate-authorities/${await idOf('root')}/rotation`, {})).status).toBe(409)
  })

  it('are not rotated by a session that did not confirm lately (SEC-22)', async () => {
    const id = await idOf('agents')
    stand.clock.advance(5 * 60_000 + 1)
    const answer = await ask('POST', `/certificate-authorities/${id}/rotation`, {})
    expect([answer.status, answer.json]).toMatchObject([403, { code: 'step_up_required' }])
    expect(await idOf('agents')).toBe(id)
  })
})
