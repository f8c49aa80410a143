import { setImmediate } from 'node:timers/promises'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contextOf } from '../../test/stack.ts'
import { sqlOf } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import { statementType } from './revocation-feed-endpoint.ts'
import type { RevocationStatement } from './revocations.ts'
import { addClient, askToken, form, openTestAuthority, type TestAuthority, tenantId } from './testing/test-authority.ts'

let authority: TestAuthority
const open = async () => {
  authority = await openTestAuthority()
}
const close = () => authority.close()

const feed = `/${tenantId}/revocation/v1/epochs`
const get = (path: string, init: RequestInit = {}) => fetch(`${authority.base}${path}`, init)
const keySet = async (path: string) => createLocalJWKSet((await (await get(path)).json()) as JSONWebKeySet)

/** What the feed says to somebody who checks it. */
async function stated(response: Response): Promise<RevocationStatement> {
  const keys = await keySet(`/${tenantId}/revocation/v1/keys`)
  const { payload } = await jwtVerify<RevocationStatement>(await response.text(), keys, {
    ...{ issuer: authority.authority.issuer.v2, typ: statementType, algorithms: ['RS256'] },
    currentDate: new Date(authority.clock.now()),
  })
  return payload
}

const statement = async () => stated(await get(feed))

async function issue(client: Awaited<ReturnType<typeof addClient>>): Promise<{ token: string; uti: string }> {
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  const { body } = await askToken(authority, form(client, assertion))
  const token = String(body['access_token'])
  return { token, uti: String(decodeJwt(token)['uti']) }
}

/** Rows as the registry writes them. */
interface Put {
  readonly objectId: string
  readonly revokedAt: number | null
  readonly suspendedAt?: number
}

async function putPrincipals(principals: readonly Put[]): Promise<void> {
  await authority.database.transact(async (tx) => {
    for (let start = 0; start < principals.length; start += 500) {
      const rows = principals.slice(start, start + 500).map(({ objectId, revokedAt, suspendedAt = null }) => ({
        ...{ object_id: objectId, tenant_id: tenantId, client_id: newGuid(), kind: 'app' as const, display_name: 'a' },
        ...{ name_key: 'a', owner_instance_id: null, arm_id: null, token_ttl_s: null, state: 'enabled' as const },
        ...{
          deleted_at: null,
          purge_at: null,
          token_key: 0,
          new_host_key: 0,
          tokens_revoked_at: revokedAt,
          suspended_at: suspendedAt,
          suspended_with: null,
          version: 1,
          created_at: 0,
          updated_at: 0,
        },
      }))
      await sqlOf(tx).insertInto('principals').values(rows).execute()
    }
  })
  authority.authority.revocations.changed()
}

describe('the feed of what is revoked', () => {
  beforeEach(open)
  afterEach(close)

  it('is signed under keys of its own, which sign no token, and no token key signs it (SEC-84)', async () => {
    const text = await (await get(feed)).text()
    const client = await addClient(authority)
    const { token } = await issue(client)
    const [own, tokens] = [await keySet(`/${tenantId}/revocation/v1/keys`), await keySet('/common/discovery/keys')]
    const currentDate = new Date(authority.clock.now())
    await expect(jwtVerify(text, own, { currentDate, typ: statementType })).resolves.toBeTruthy()
    await expect(jwtVerify(text, tokens, { currentDate })).rejects.toThrow('no applicable key')
    await expect(jwtVerify(token, own, { currentDate })).rejects.toThrow('no applicable key')
    await expect(authority.authority.gate.admit(`Bearer ${text}`, 'vault')).rejects.toMatchObject({
      code: 'bearer_invalid',
    })
  })

  it('says nothing where nothing is revoked, and names its content', async () => {
    const { version, ...content } = await statement()
    expect(content).toMatchObject({ everyone: 0, identities: {}, tokens: {}, keys: [] })
    expect((await statement()).version).toBe(version)
  })

  it('names an identity whose tokens were revoked until none of them can live', async () => {
    const [objectId, at] = [newGuid(), authority.clock.now()]
    await putPrincipals([
      { objectId, revokedAt: at },
      { objectId: newGuid(), revokedAt: null },
    ])
    expect((await statement()).identities).toEqual({ [objectId]: at })
    authority.clock.advance(dayMs)
    authority.authority.revocations.changed()
    expect((await statement()).identities).toEqual({})
  })

  it('names one that is paused, with whatever was signed while that happened', async () => {
    const [objectId, at] = [newGuid(), authority.clock.now()]
    await putPrincipals([{ objectId, revokedAt: at - hourMs, suspendedAt: at }])
    expect((await statement()).identities).toEqual({ [objectId]: at + 10 * secondMs })
  })

  it('names ten thousand identities, and ends the tokens of everybody from before the others', async () => {
    const now = authority.clock.now()
    await putPrincipals(Array.from({ length: 10_002 }, (_, index) => ({ objectId: newGuid(), revokedAt: now - index })))
    const { identities, everyone } = await statement()
    expect([Object.keys(identities).length, everyone]).toEqual([10_000, now - 10_000])
  })

  it('names a signing key that was revoked', async () => {
    const { keys, keyAdmin } = authority.authority
    const kid = keys.activeKid
    await keyAdmin.rotateNow(contextOf(), kid, undefined)
    expect((await statement()).keys).toEqual([kid])
  })
})

describe('one token that is revoked', () => {
  beforeEach(open)
  afterEach(close)

  it('is refused at once, named to others until its end, and on record once; others of its client go on', async () => {
    const client = await addClient(authority)
    const [one, other] = [await issue(client), await issue(client)]
    await putPrincipals([{ objectId: client.principal.objectId, revokedAt: null }])
    const { revocations, gate } = authority.authority
    const until = Number(decodeJwt(one.token).exp) * 1_000
    const owner = { principalId: client.principal.objectId, until }
    expect(await revocations.revokeToken(contextOf(), one.uti, 'pasted into a ticket')).toEqual(owner)
    expect(await revocations.revokeToken(contextOf(), one.uti, undefined)).toEqual(owner)
    await expect(gate.admit(`Bearer ${one.token}`, 'vault')).rejects.toMatchObject({ code: 'bearer_revoked' })
    await expect(gate.admit(`Bearer ${other.token}`, 'vault')).resolves.toBeTruthy()
    expect((await statement()).tokens).toEqual({ [one.uti]: until })
    // By a version more, once, its agents know to ask for other tokens.
    const rows = await authority.database.read.selectFrom('principals').select('version').execute()
    expect(rows).toEqual([{ version: 2 }])
    const { items } = await authority.audit.page({ terms: [] }, { limit: 50 })
    expect(items.filter(({ action }) => action === 'token.revoked')).toMatchObject([
      { target: { kind: 'token', id: one.uti }, reason: 'pasted into a ticket' },
    ])
    authority.clock.advance(hourMs)
    revocations.changed()
    expect((await statement()).tokens).toEqual({})
  })

  it('has to be one that is in the log and has not ended', async () => {
    const { revocations } = authority.authority
    const unknown = revocations.revokeToken(contextOf(), 'A'.repeat(22), undefined)
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' })
    const { uti } = await issue(await addClient(authority))
    authority.clock.advance(hourMs)
    await expect(revocations.revokeToken(contextOf(), uti, undefined)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('stays revoked over a restart', async () => {
    const client = await addClient(authority)
    const { token, uti } = await issue(client)
    await authority.authority.revocations.revokeToken(contextOf(), uti, undefined)
    const { folder, clock, clients } = authority
    await authority.close(true)
    authority = await openTestAuthority({ folder, clock })
    for (const [id, one] of clients) authority.clients.set(id, one)
    await expect(authority.authority.gate.admit(`Bearer ${token}`, 'vault')).rejects.toMatchObject({
      code: 'bearer_revoked',
    })
  })
})

/** Lets time pass, a second at a time, until something has come. */
async function passing<T>(coming: Promise<T>): Promise<{ value: T; seconds: number }> {
  let [isThere, seconds] = [false, 0]
  const end = () => {
    isThere = true
  }
  coming.then(end, end)
  for (; !isThere; await setImmediate()) {
    await setImmediate()
    if (authority.authority.revocations.waiting === 0) continue
    authority.clock.advance(secondMs)
    seconds += 1
  }
  return { value: await coming, seconds }
}

describe('whoever waits for news', () => {
  beforeEach(open)
  afterEach(close)

  it('is answered when there are some', async () => {
    const { version } = await statement()
    const coming = get(`${feed}?known=${version}&wait=20`)
    await expect.poll(() => authority.authority.revocations.waiting).toBe(1)
    await putPrincipals([{ objectId: newGuid(), revokedAt: authority.clock.now() }])
    const { value, seconds } = await passing(coming)
    expect(seconds).toBeLessThanOrEqual(1)
    expect((await stated(value)).version).not.toBe(version)
    expect(value.headers.get('cache-control')).toBe('no-store')
  })

  it('is answered at once when what they know is old', async () => {
    const response = await get(`${feed}?known=another&wait=20`)
    expect((await stated(response)).version).not.toBe('another')
  })

  it('gets the same once more when its time is over, signed anew', async () => {
    const { version } = await statement()
    const { value, seconds } = await passing(get(`${feed}?known=${version}&wait=20`))
    expect(seconds).toBeGreaterThanOrEqual(20)
    expect((await stated(value)).version).toBe(version)
  })

  it('is let go when the server stops', async () => {
    const { version } = await statement()
    const coming = get(`${feed}?known=${version}&wait=20`)
    await expect.poll(() => authority.authority.revocations.waiting).toBe(1)
    authority.authority.revocations.close()
    expect((await stated(await coming)).version).toBe(version)
    expect((await stated(await get(`${feed}?known=${version}&wait=20`))).version).toBe(version)
  })
})

describe('the address of the feed', () => {
  beforeAll(open)
  afterAll(close)

  it('answers caches: a second, and nothing anew for the version that they have', async () => {
    const first = await get(feed)
    const [tag = '', cache] = [first.headers.get('etag') ?? '', first.headers.get('cache-control')]
    expect([first.headers.get('content-type'), cache]).toEqual(['application/jwt', 'public, max-age=1'])
    const again = await get(feed, { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await get(feed, { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', tag])
  })

  it.each<[string, RequestInit, number, number]>([
    [`${feed}?wait=21`, {}, 400, 9000410],
    [`${feed}?wait=-1`, {}, 400, 9000410],
    [`${feed}?wait=1e3`, {}, 400, 9000410],
    [`${feed}?wait=1&wait=2`, {}, 400, 9000410],
    [`${feed}?known=a%20b&wait=1`, {}, 400, 9000410],
    [`/aaaaaaaa-2222-4333-8444-555555555555/revocation/v1/epochs`, {}, 400, 90002],
    ['/a b/revocation/v1/epochs', {}, 400, 900023],
    [`/x${feed}`, {}, 404, 900046],
    [feed, { method: 'POST' }, 405, 900561],
    [`/${tenantId}/revocation/v1/keys`, { method: 'DELETE' }, 405, 900561],
  ])('refuses %s (%j) with %i', async (path, init, status, number) => {
    const response = await get(path, init)
    expect([response.status, ((await response.json()) as { error_codes: number[] }).error_codes]).toEqual([
      status,
      [number],
    ])
  })
})
