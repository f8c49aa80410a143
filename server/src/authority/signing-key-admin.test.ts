import type { TokenTerms } from '@signet/shared/wire/agent-protocol'
import { decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqlOf } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  resource,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const context: RequestContext = {
  actor: { kind: 'operator', id: null, label: 'Ada' },
  correlationId: '99999999-0000-4000-8000-000000000001',
  ip: null,
}
const dayMs = 86_400_000
let authority: TestAuthority
let client: TestClient
beforeEach(async () => {
  authority = await openTestAuthority()
  client = await addClient(authority)
})
afterEach(() => authority.close())

async function token(): Promise<string> {
  // Certificates of the test live for a day; the keys that are looked at, for months.
  client = await addClient(authority)
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  const { status, body } = await askToken(authority, form(client, assertion))
  expect(status).toBe(200)
  return String(body['access_token'])
}
const kidOf = (jwt: string) => String(decodeProtectedHeader(jwt).kid)
const published = () => authority.authority.keys.published.map(({ kid }) => kid)
async function keySet(): Promise<string[]> {
  const answer = await fetch(`${authority.base}/${tenantId}/discovery/v2.0/keys`)
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
}
const isGood = (jwt: string) => authority.authority.verifier.verify(jwt, resource).checks.every(({ ok }) => ok)
const admin = () => authority.authority.keyAdmin
const no = { force: false, reason: undefined }
const force = { force: true, reason: 'leaked' }

/** The next key signs by schedule; the one before is retiring. @returns its kid */
async function rolled(): Promise<string> {
  const before = authority.authority.keys.activeKid
  authority.clock.advance(90 * dayMs)
  await authority.authority.keys.roll()
  return before
}

describe('an emergency rotation (SEC-89)', () => {
  it('is one act: the next key signs at once, what the old one signed is refused, and it is in no key set', async () => {
    const before = await token()
    const old = authority.authority.keys.activeKid
    const next = published().find((kid) => kid !== old)
    const told: TokenTerms[] = []
    authority.authority.terms.onChange((terms) => told.push(terms))
    expect(await keySet()).toContain(old)
    const { revoked, active } = await admin().rotateNow(context, old, 'the disk was sold')
    expect([revoked.state, active.state, active.kid]).toEqual(['revoked', 'active', next])
    expect(told.map(({ keyEpoch }) => keyEpoch)).toEqual([1])
    const after = await token()
    expect([kidOf(after), isGood(after), isGood(before)]).toEqual([next, true, false])
    expect(await keySet()).not.toContain(old)
    expect(published()).toHaveLength(2)
  })

  it('says first, in numbers, what it puts an end to', async () => {
    await token()
    await token()
    const [key] = (await admin().list()).filter(({ state }) => state === 'active')
    const until = Math.floor(authority.clock.now() / 1_000) * 1_000 + 3_600_000
    expect(key).toMatchObject({ purpose: 'tokens', live: { tokens: 2, principals: 2, audiences: 1, until } })
  })

  it('is on record with who did it and why', async () => {
    const old = authority.authority.keys.activeKid
    await admin().rotateNow(context, old, 'the disk was sold')
    const { items } = await authority.audit.page({ terms: [] }, { limit: 10 })
    expect(items.find(({ action }) => action === 'signing_key.revoked')).toMatchObject({
      actor: { label: 'Ada' },
      target: { id: old },
      reason: 'the disk was sold',
    })
  })

  it('of another key than the one that signs is refused, so that doing it twice does it once', async () => {
    const old = authority.authority.keys.activeKid
    const results = await Promise.allSettled([1, 2, 3].map(() => admin().rotateNow(context, old, undefined)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect((await admin().list()).filter(({ state }) => state === 'revoked')).toHaveLength(1)
  })
})

describe('removing a key (SEC-88)', () => {
  it('is refused while a token that was signed with it lives, and while caches may need it, unless it is forced', async () => {
    authority.clock.advance(90 * dayMs - 1)
    const last = await token()
    authority.clock.advance(1)
    await authority.authority.keys.roll()
    const old = kidOf(last)
    await expect(admin().remove(context, old, no)).rejects.toMatchObject({
      detail: expect.stringContaining('1 tokens'),
    })
    authority.clock.advance(3_600_000)
    await expect(admin().remove(context, old, no)).rejects.toMatchObject({ detail: expect.stringContaining('key set') })
    expect(published()).toContain(old)
    expect((await admin().remove(context, old, force)).state).toBe('revoked')
    expect(published()).not.toContain(old)
    expect(authority.authority.terms.now.keyEpoch).toBe(1)
  })

  it('is never that of the key that signs, nor of one that is held back, forced or not', async () => {
    const active = authority.authority.keys.activeKid
    await expect(admin().remove(context, active, force)).rejects.toMatchObject({ code: 'conflict' })
    const old = await rolled()
    await admin().hold(context, old, { held: true, reason: undefined })
    await expect(admin().remove(context, old, force)).rejects.toMatchObject({ code: 'conflict' })
    authority.clock.advance(3 * dayMs)
    await authority.authority.keys.roll()
    expect(published()).toContain(old)
    await admin().hold(context, old, { held: false, reason: undefined })
    await authority.authority.keys.roll()
    expect(published()).not.toContain(old)
  })

  it('that was to sign next has another prepared in its place, published for a day before it signs (SEC-87)', async () => {
    const next = published().find((kid) => kid !== authority.authority.keys.activeKid) ?? ''
    expect((await admin().remove(context, next, no)).state).toBe('retired')
    const prepared = (await admin().list()).filter(({ state }) => state === 'prepared')
    expect(prepared).toHaveLength(1)
    expect(prepared[0]?.activateAt).toBeGreaterThanOrEqual(authority.clock.now() + dayMs)
    expect(authority.authority.terms.now.keyEpoch).toBe(0)
  })

  it('by schedule waits for as long as one of the newest thousand live tokens was signed with it, whatever its date says', async () => {
    authority.clock.advance(90 * dayMs - 1)
    const old = kidOf(await token())
    authority.clock.advance(1)
    await authority.authority.keys.roll()
    await authority.database.transact((tx) =>
      sqlOf(tx).updateTable('signing_keys').set({ retire_at: 1 }).where('kid', '=', old).execute(),
    )
    await authority.authority.keys.roll()
    expect(published()).toContain(old)
    authority.clock.advance(3_600_000)
    await authority.authority.keys.roll()
    expect(published()).not.toContain(old)
  })
})

it('a key set is published only when what its new key signs is verified by it (SEC-88)', async () => {
  const next = published().find((kid) => kid !== authority.authority.keys.activeKid) ?? ''
  const old = authority.authority.keys.activeKid
  await authority.database.transact(async (tx) => {
    const { public_jwk } = await sqlOf(tx)
      .selectFrom('signing_keys')
      .select('public_jwk')
      .where('kid', '=', old)
      .executeTakeFirstOrThrow()
    await sqlOf(tx).updateTable('signing_keys').set({ public_jwk }).where('kid', '=', next).execute()
  })
  authority.clock.advance(90 * dayMs)
  await expect(authority.authority.keys.roll()).rejects.toMatchObject({ code: 'unavailable' })
  expect(authority.authority.keys.activeKid).toBe(old)
  expect(isGood(await token())).toBe(true)
})
