import { createPrivateKey, X509Certificate } from 'node:crypto'
import { AuthorityKeyExport, CertificateAuthority } from '@signet/shared/api/certificate-authorities'
import { Expiry } from '@signet/shared/api/overview'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { tamper } from '../../test/stack.ts'

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
    for (const { prepareAt, activateAt, notAfter } of list) {
      expect(prepareAt).toBeLessThan(activateAt ?? 0)
      expect(activateAt).toBeLessThan(notAfter)
    }
  })

  it('are among what expires, each with when it rolls and the page of keys behind it (SEC-53)', async () => {
    const { items } = z.object({ items: z.array(Expiry) }).parse((await ask('GET', '/expiries?kind=authority')).json)
    expect(items).toHaveLength(4)
    expect(items.at(-1)?.name).toContain('Root CA')
    for (const { renewsAt, overdue, path } of items) {
      expect([renewsAt !== null, overdue, path]).toEqual([true, false, '/settings/keys'])
    }
    const keys = z.object({ items: z.array(Expiry) }).parse((await ask('GET', '/expiries?kind=signing_key')).json)
    expect(keys.items.map(({ path }) => path)).toEqual(['/settings/keys'])
  })

  it('are rotated by one call of somebody who confirmed just now, on record (SEC-22)', async () => {
    const old = await idOf('tls')
    const path = `/certificate-authorities/${old}/rotation`
    const done = await ask('POST', path, { reason: 'a visit' })
    expect([done.status, done.json]).toMatchObject([200, { retiring: { id: old }, active: { state: 'active' } }])
    expect(done.headers['x-signet-audit-event']).toBeDefined()
    expect((await ask('POST', path, {})).json).toMatchObject({ code: 'conflict' })
    const root = await idOf('root')
    expect((await ask('POST', `/certificate-authorities/${root}/rotation`, {})).status).toBe(200)
    expect((await ask('POST', `/certificate-authorities/${await idOf('root')}/rotation`, {})).status).toBe(409)
  })

  it('give their key to somebody who confirmed just now, locked, and on record before it leaves (SEC-54)', async () => {
    const id = await idOf('root')
    const answer = await ask('POST', `/certificate-authorities/${id}/key-export`, { reason: 'for the vault' })
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const { certificate, privateKey, passphrase } = AuthorityKeyExport.parse(answer.json)
    expect(privateKey).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    expect(() => createPrivateKey({ key: privateKey, passphrase: 'guessed' })).toThrow()
    const key = createPrivateKey({ key: privateKey, passphrase })
    expect(new X509Certificate(certificate).checkPrivateKey(key)).toBe(true)
    const events = (await ask('GET', '/audit?filter=action:authority.ca_exported')).text
    expect(events).toContain('for the vault')
    expect(events).not.toContain(passphrase)
    for (const secret of [passphrase, privateKey]) expect(stand.logged()).not.toContain(secret)
  })

  it('keep their key when its record cannot be written (SEC-54)', async () => {
    const id = await idOf('root')
    await tamper(stand.server, 'ALTER TABLE audit_events RENAME TO elsewhere')
    const answer = await ask('POST', `/certificate-authorities/${id}/key-export`, {})
    await tamper(stand.server, 'ALTER TABLE elsewhere RENAME TO audit_events')
    expect([answer.status, answer.text.includes('PRIVATE KEY')]).toEqual([500, false])
  })

  it('are not rotated, nor their keys exported, by a session that did not confirm lately (SEC-22, SEC-54)', async () => {
    const id = await idOf('agents')
    stand.clock.advance(5 * 60_000 + 1)
    const answer = await ask('POST', `/certificate-authorities/${id}/rotation`, {})
    expect([answer.status, answer.json]).toMatchObject([403, { code: 'step_up_required' }])
    expect(await idOf('agents')).toBe(id)
    const wish = await ask('POST', `/certificate-authorities/${id}/key-export`, {})
    expect([wish.status, wish.json]).toMatchObject([403, { code: 'step_up_required' }])
  })
})
