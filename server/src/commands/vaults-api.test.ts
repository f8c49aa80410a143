import { SecretSummary, VaultSummary, vaultApi } from '@signet/shared/api/vault'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

let stand: DashboardStand
beforeAll(async () => {
  stand = await openDashboard()
})
afterAll(() => stand.close())

async function ask(method: string, path: string, body?: unknown, ifMatch?: number) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers: [string, string][] = [
    ...stand.headers,
    ...(ifMatch ? [['If-Match', `"${ifMatch}"`] as const] : []),
  ].map(([name, value]) => [name, value])
  const answer = await stand.send({ method, path: `/api${path}`, headers, ...sent })
  return { ...answer, json: answer.text === '' ? undefined : (JSON.parse(answer.text) as unknown) }
}
const codeOf = ({ json }: { json: unknown }) => (json as { code?: string }).code
const trail = async () => {
  const { json } = await ask('GET', '/audit?limit=200')
  return (json as { items: { action: string; reason: string | null }[] }).items
}
const secret = '/vaults/prod-kv/secrets/Db'

describe('vaults over the API', () => {
  it('are created under a name that is free in the deployment, in whatever case', async () => {
    const { json, status } = await ask('POST', '/vaults', { name: 'Prod-KV', softDeleteDays: 7 })
    expect(status).toBe(201)
    expect(VaultSummary.parse(json)).toMatchObject({
      ...{
        name: 'Prod-KV',
        url: 'https://prod-kv.vault.signet.test:7421',
        resourceGroup: 'default',
        softDeleteDays: 7,
      },
      resourceId: expect.stringMatching(
        /^\/subscriptions\/[\da-f-]{36}\/resourceGroups\/default\/providers\/Microsoft\.KeyVault\/vaults\/Prod-KV$/,
      ),
    })
    expect(codeOf(await ask('POST', '/vaults', { name: 'PROD-kv' }))).toBe('conflict')
    expect(codeOf(await ask('POST', '/vaults', { name: 'other', resourceGroup: 'nowhere' }))).toBe('not_found')
    for (const name of ['ab', 'a--b', '-abc', 'abc-', '1abc', 'a.b.c', 'a'.repeat(25)]) {
      expect((await ask('POST', '/vaults', { name })).status, name).toBe(400)
    }
  })

  it('are changed as they were seen, and protection against purging stays on (SEC-113, SEC-120)', async () => {
    await ask('POST', '/vaults', { name: 'kept-kv', softDeleteDays: 30 })
    const { version } = VaultSummary.parse((await ask('GET', '/vaults/kept-kv')).json)
    expect((await ask('PUT', '/vaults/kept-kv', { purgeProtection: true }, version + 9)).status).toBe(412)
    expect((await ask('PUT', '/vaults/kept-kv', { purgeProtection: true }, version)).status).toBe(200)
    expect(codeOf(await ask('PUT', '/vaults/kept-kv', { purgeProtection: false }))).toBe('conflict')
    expect(codeOf(await ask('PUT', '/vaults/kept-kv', { softDeleteDays: 7 }))).toBe('conflict')
    expect((await ask('PUT', '/vaults/kept-kv', { softDeleteDays: 90 })).status).toBe(200)
    for (const softDeleteDays of [6, 91, 7.5]) {
      expect((await ask('PUT', '/vaults/kept-kv', { softDeleteDays })).status).toBe(400)
    }
    expect((await ask('DELETE', '/vaults/kept-kv', {})).status).toBe(200)
    expect(codeOf(await ask('POST', '/vaults/kept-kv/purge', {}))).toBe('purge_protected')
    expect(codeOf(await ask('POST', '/vaults', { name: 'kept-kv' }))).toBe('conflict')
    expect((await ask('POST', '/vaults/kept-kv/recover', {})).status).toBe(200)
  })

  it('come back with their secrets while their days last, and are gone with them after', async () => {
    await ask('POST', '/vaults', { name: 'gone-kv' })
    await ask('POST', '/vaults/gone-kv/secrets/x/versions', { value: 'x' })
    const { deletedAt, purgeAt } = VaultSummary.parse((await ask('DELETE', '/vaults/gone-kv', {})).json)
    expect((purgeAt ?? 0) - (deletedAt ?? 0)).toBe(90 * dayMs)
    expect(codeOf(await ask('GET', '/vaults/gone-kv/secrets'))).toBe('vault_unknown')
    expect(vaultApi.list.response.parse((await ask('GET', '/vaults?state=deleted')).json).items).toHaveLength(1)
    await ask('POST', '/vaults/gone-kv/recover', {})
    expect((await ask('GET', '/vaults/gone-kv/secrets/x')).status).toBe(200)
    await ask('DELETE', '/vaults/gone-kv', {})
    expect((await ask('POST', '/vaults/gone-kv/purge', {})).status).toBe(204)
    expect(codeOf(await ask('GET', '/vaults/gone-kv'))).toBe('vault_unknown')
  })
})

describe('secrets over the API', () => {
  it('are set and shown without their values, which is no read of them (SEC-112)', async () => {
    const made = await ask('POST', `${secret}/versions`, { value: 'hunter2-sentinel', tags: { app: 'billing' } })
    expect(made.status).toBe(201)
    await ask('POST', `${secret}/versions`, { value: 'hunter2-sentinel', reason: 'second' })
    const answers = await Promise.all(
      ['/vaults/prod-kv/secrets', secret, `${secret}/versions`, `${secret}/uses`, '/vaults'].map((path) =>
        ask('GET', path),
      ),
    )
    for (const { text, status } of [made, ...answers]) {
      expect(status).toBeLessThan(300)
      expect(text).not.toContain('hunter2')
    }
    expect(SecretSummary.parse(answers[1]?.json)).toMatchObject({ name: 'Db', versions: 2 })
    expect(vaultApi.versions.response.parse(answers[2]?.json).items.map(({ isCurrent }) => isCurrent)).toEqual([
      true,
      false,
    ])
    expect(vaultApi.uses.response.parse(answers[3]?.json).items).toEqual([])
  })

  it('are revealed for a reason, on record and in no other answer (SEC-22, SEC-114, SEC-115)', async () => {
    const { current } = SecretSummary.parse((await ask('GET', secret)).json)
    const path = `${secret}/versions/${current.id}/reveal`
    expect((await ask('POST', path, {})).status).toBe(400)
    expect((await ask('POST', path, { reason: ' ' })).status).toBe(400)
    const revealed = await ask('POST', path, { reason: 'the database is down' })
    expect([revealed.json, revealed.headers['cache-control']]).toEqual([{ value: 'hunter2-sentinel' }, 'no-store'])
    expect(await trail()).toContainEqual(
      expect.objectContaining({ action: 'secret.revealed', reason: 'the database is down' }),
    )
    const { items } = vaultApi.uses.response.parse((await ask('GET', `${secret}/uses`)).json)
    expect(items).toMatchObject([{ action: 'secret.revealed', secretVersion: current.id, actor: { kind: 'operator' } }])
    expect((await ask('GET', '/audit?limit=200')).text).not.toContain('hunter2')
    expect(stand.logged()).not.toContain('hunter2')
  })

  it('keep neither a value nor a digest of it for an idempotency key (SEC-61)', async () => {
    const key: [string, string] = ['Idempotency-Key', 'k'.repeat(32)]
    const set = (value: string) =>
      stand.send({
        ...{ method: 'POST', path: `/api/vaults/prod-kv/secrets/keyed/versions` },
        ...{ headers: [...stand.headers, key], body: JSON.stringify({ value }) },
      })
    expect((await set('one')).status).toBe(201)
    expect(JSON.parse((await set('two')).text)).toMatchObject({ code: 'idempotency_answer_lost' })
    expect(SecretSummary.parse((await ask('GET', '/vaults/prod-kv/secrets/keyed')).json).versions).toBe(1)
  })

  it('are disabled, deleted, recovered and purged, as they were seen', async () => {
    const before = SecretSummary.parse((await ask('GET', secret)).json)
    const version = `${secret}/versions/${before.current.id}`
    expect((await ask('PUT', version, { enabled: false }, before.version + 9)).status).toBe(412)
    const changed = SecretSummary.parse((await ask('PUT', version, { enabled: false }, before.version)).json)
    expect(changed.current.enabled).toBe(false)
    expect(SecretSummary.parse((await ask('DELETE', secret, {})).json).deletedAt).not.toBeNull()
    expect(codeOf(await ask('POST', `${secret}/versions`, { value: 'x' }))).toBe('secret_deleted')
    expect((await ask('POST', `${secret}/recover`, {})).status).toBe(200)
    await ask('DELETE', secret, {})
    expect((await ask('POST', `${secret}/purge`, {})).status).toBe(204)
    expect((await ask('GET', secret)).status).toBe(404)
  })

  it('need a fresh confirmation to be deleted, purged or revealed (SEC-22, SEC-113)', async () => {
    await ask('POST', `${secret}/versions`, { value: 'x' })
    const { current } = SecretSummary.parse((await ask('GET', secret)).json)
    stand.clock.advance(6 * minuteMs)
    const asked = [
      ask('POST', `${secret}/versions/${current.id}/reveal`, { reason: 'x' }),
      ask('DELETE', secret, {}),
      ask('POST', `${secret}/purge`, {}),
      ask('DELETE', '/vaults/prod-kv', {}),
      ask('POST', '/vaults/prod-kv/purge', {}),
    ]
    for (const answer of await Promise.all(asked)) expect(codeOf(answer)).toBe('step_up_required')
  })
})
