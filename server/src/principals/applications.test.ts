import { generateKeyPairSync } from 'node:crypto'
import { CredentialId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { exportJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { issueSelfSigned, toPem } from '../platform/crypto/certificate.ts'
import type { ApplicationAct } from './application-acts.ts'
import { ApplicationList } from './application-list.ts'
import { Applications } from './applications.ts'
import { secretOf } from './client-secret.ts'
import { FederatedCredentials } from './federated-credentials.ts'

let stack: Stack
let applications: Applications
let list: ApplicationList
let federated: FederatedCredentials
const lastUses = new Map<string, { at: number; audience: string }>()
const context = contextOf()

beforeEach(async () => {
  stack = await openStack()
  const parts = { ...stack, authorityUrl: 'https://localhost:7421' }
  applications = new Applications({ ...parts, lastUse: () => lastUses })
  list = new ApplicationList({ ...parts, applications, lastUse: () => lastUses })
  federated = new FederatedCredentials(parts)
})
afterEach(() => stack.close())

const create = (name = 'billing') => applications.create(context, name)
async function acted(act: ApplicationAct, principalId: ObjectId) {
  await applications.act(context, act, principalId, {})
  return applications.show(principalId)
}
const clientOf = ({ clientId }: { clientId: string }) => stack.registry.findClient(clientId)

async function certificate(keys = generateKeyPairSync('ec', { namedCurve: 'P-256' }), days = 30): Promise<string> {
  const privateKey = keys.privateKey.export({ format: 'der', type: 'pkcs8' })
  const now = stack.clock.now()
  return toPem(await issueSelfSigned({ commonName: 'app', privateKey, notBefore: now, notAfter: now + days * dayMs }))
}
const rule = {
  name: 'main',
  issuer: 'https://issuer.test',
  match: 'exact' as const,
  subject: 'repo:contoso/app',
  audiences: ['api://AzureADTokenExchange'],
  keys: { source: 'discovery' as const },
}

describe('an application', () => {
  it('is listed by name, in pages, by filter; a deleted one only where the filter names a state', async () => {
    for (const name of ['delta', 'Alpha', 'charlie', 'bravo']) await create(name)
    const first = await list.page({ sort: 'name', limit: 3 })
    expect(first.items.map(({ name }) => name)).toEqual(['Alpha', 'bravo', 'charlie'])
    const rest = await list.page({ sort: 'name', limit: 3, cursor: first.nextCursor ?? '' })
    expect(rest.items.map(({ name }) => name)).toEqual(['delta'])
    const [alpha, bravo] = first.items
    await applications.act(context, 'delete', ObjectId.parse(alpha?.principalId), {})
    const named = async (filter: string) =>
      (await list.page({ filter, sort: 'name', limit: 9 })).items.map(({ name }) => name)
    expect(await named('a')).toEqual(['bravo', 'charlie', 'delta'])
    expect(await named('state:deleted')).toEqual(['Alpha'])
    expect(await named(`client:${bravo?.clientId} created:<1d`)).toEqual(['bravo'])
    await expect(named('nonsense:x')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('keeps its IDs when it is renamed, paused and resumed; a stale If-Match is refused (SEC-120)', async () => {
    const { principalId, clientId, version } = await create()
    const renamed = await applications.rename(context, principalId, { name: 'invoices', expected: version })
    expect(renamed).toMatchObject({ name: 'invoices', clientId, principalId })
    const stale = applications.rename(context, principalId, { name: 'other', expected: version })
    await expect(stale).rejects.toMatchObject({ code: 'precondition_failed' })
    expect((await acted('pause', principalId)).state).toBe('paused')
    expect((await acted('pause', principalId)).state).toBe('paused')
    expect((await acted('resume', principalId)).state).toBe('enabled')
    expect(await auditTrail(stack)).toEqual(
      expect.arrayContaining([
        'application.created',
        'application.renamed',
        'application.paused',
        'application.resumed',
      ]),
    )
  })

  it('comes back within 30 days as it was, and is gone for good with all it had after that', async () => {
    const made = await create()
    const { principalId } = made
    await applications.addSecret(context, principalId, { description: 'ci', lifetimeSeconds: 5_184_000 })
    await applications.addCertificate(context, principalId, { certificate: await certificate(), longAssertions: false })
    await federated.create(context, principalId, rule)
    await applications.act(context, 'delete', principalId, { reason: 'unused' })
    expect((await clientOf(made))?.principal.state).toBe('deleted')
    await expect(applications.rename(context, principalId, { name: 'x' })).rejects.toMatchObject({ code: 'conflict' })
    const restored = await acted('restore', principalId)
    expect(restored).toMatchObject({ state: 'enabled', clientId: made.clientId, federatedCredentials: 1 })
    expect([restored.secrets.length, restored.certificates.length]).toEqual([1, 1])

    await applications.act(context, 'delete', principalId, {})
    stack.clock.advance(30 * dayMs)
    await expect(applications.act(context, 'restore', principalId, {})).rejects.toMatchObject({ code: 'conflict' })
    await stack.purge.turn()
    await expect(applications.show(principalId)).rejects.toMatchObject({ code: 'not_found' })
    expect(await rowsOf(stack, 'client_secrets')).toEqual([])
    expect(await rowsOf(stack, 'federated_credentials')).toEqual([])
  })

  it('announces every change of what it authenticates with, so that caches drop it in the same turn', async () => {
    const { principalId } = await create()
    const changed: string[] = []
    stack.database.subscribe((changes) => {
      if (changes.some(({ id }) => id === principalId)) changed.push('changed')
    })
    const { id } = await applications.addSecret(context, principalId, { description: 'x', lifetimeSeconds: 60 })
    await applications.removeSecret(context, principalId, id)
    const added = await applications.addCertificate(context, principalId, {
      certificate: await certificate(),
      longAssertions: false,
    })
    await applications.changeCertificate(context, principalId, {
      id: CredentialId.parse(added.id),
      longAssertions: true,
    })
    await applications.removeCertificate(context, principalId, { id: CredentialId.parse(added.id) })
    const trust = await federated.create(context, principalId, rule)
    await federated.change(context, principalId, { ...rule, id: trust.id, subject: 'repo:contoso/other' })
    await federated.remove(context, principalId, { id: trust.id })
    expect(changed).toHaveLength(8)
  })

  it('is no service instance’s identity: what that has is not found here', async () => {
    const { principalId } = await identityOn(stack)
    await expect(applications.show(principalId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(federated.create(context, principalId, rule)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a client secret', () => {
  it('is 256 random bits, shown once; what is kept is a hash and a hint (SEC-61)', async () => {
    const made = await create()
    const { value, ...secret } = await applications.addSecret(context, made.principalId, {
      description: 'ci',
      lifetimeSeconds: 3_600,
    })
    expect(Buffer.from(value, 'base64url')).toHaveLength(32)
    expect(secret.hint).toBe(`${value.slice(0, 3)}…${value.slice(-3)}`)
    expect((await applications.show(made.principalId)).secrets).toEqual([secret])
    const everything = JSON.stringify([
      ...(await rowsOf(stack, 'client_secrets')),
      ...(await rowsOf(stack, 'audit_events')),
      ...(await rowsOf(stack, 'idempotency_keys')),
    ])
    expect(everything).not.toContain(value)
    const known = (await clientOf(made))?.secrets ?? []
    expect(secretOf(known, value)?.id).toBe(secret.id)
    expect(secretOf(known, `${value}x`)).toBeUndefined()
  })

  it('is one of 20 at most, and gone when it is removed', async () => {
    const made = await create()
    const add = () => applications.addSecret(context, made.principalId, { description: 'x', lifetimeSeconds: 60 })
    const [first] = [await add()]
    for (let index = 1; index < 20; index += 1) await add()
    await expect(add()).rejects.toMatchObject({ code: 'conflict' })
    await applications.removeSecret(context, made.principalId, first.id)
    expect((await clientOf(made))?.secrets).toHaveLength(19)
    await expect(applications.removeSecret(context, made.principalId, first.id)).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('a registered certificate', () => {
  it('belongs to one application for ever; a new one on the same key may be added there alone (SEC-38)', async () => {
    const [one, other] = [await create('one'), await create('other')]
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const add = async ({ principalId }: { principalId: ObjectId }, text: string) =>
      applications.addCertificate(context, principalId, { certificate: text, longAssertions: false })
    const first = await certificate(keys)
    const { id, version } = await add(one, first)
    await add(one, await certificate(keys, 60))
    await expect(add(one, first)).rejects.toMatchObject({ code: 'conflict' })
    await expect(add(other, await certificate(keys, 90))).rejects.toMatchObject({ code: 'key_reused' })
    expect(await auditTrail(stack)).toContain('credential.key_refused')

    await applications.removeCertificate(context, one.principalId, { id, expected: version })
    const shown = await applications.show(one.principalId)
    expect(shown.certificates).toHaveLength(1)
    expect((await clientOf(one))?.credentials.find((each) => each.id === id)?.state).toBe('revoked')
    await expect(add(one, first)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('takes the setting for assertions of 24 hours, with If-Match', async () => {
    const { principalId } = await create()
    const added = await applications.addCertificate(context, principalId, {
      certificate: await certificate(),
      longAssertions: false,
    })
    const change = (expected: number) =>
      applications.changeCertificate(context, principalId, { id: added.id, longAssertions: true, expected })
    const changed = await change(added.version)
    expect([changed.longAssertions, changed.version]).toEqual([true, added.version + 1])
    await expect(change(added.version)).rejects.toMatchObject({ code: 'precondition_failed' })
  })

  it('shows when it was used first and last', async () => {
    const made = await create()
    const added = await applications.addCertificate(context, made.principalId, {
      certificate: await certificate(),
      longAssertions: false,
    })
    const secret = await applications.addSecret(context, made.principalId, { description: 'x', lifetimeSeconds: 60 })
    const trust = await federated.create(context, made.principalId, rule)
    const ids = [added.id, secret.id, trust.id, '99999999-9999-4999-8999-999999999999']
    await stack.registry.recordUses(new Map(ids.map((id) => [CredentialId.parse(id), 7])))
    const { certificates, secrets } = await applications.show(made.principalId)
    expect([certificates[0]?.firstUsedAt, certificates[0]?.lastUsedAt, secrets[0]?.lastUsedAt]).toEqual([7, 7, 7])
    expect((await federated.show(made.principalId, trust.id)).lastUsedAt).toBe(7)
  })
})

describe('a federated credential', () => {
  it('is one of any number; name and subject are each there once', async () => {
    const { principalId } = await create()
    for (let index = 0; index < 60; index += 1) {
      await federated.create(context, principalId, { ...rule, name: `rule ${index}`, subject: `repo:contoso/${index}` })
    }
    const first = await federated.page(principalId, { limit: 50 })
    const rest = await federated.page(principalId, { limit: 50, cursor: first.nextCursor ?? '' })
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([50, 10, null])
    const again = federated.create(context, principalId, { ...rule, name: 'Rule 7', subject: 'new' })
    await expect(again).rejects.toMatchObject({ code: 'conflict' })
    const same = federated.create(context, principalId, { ...rule, name: 'new', subject: 'repo:contoso/7' })
    await expect(same).rejects.toMatchObject({ code: 'conflict' })
  })

  it('keeps of pinned keys what is public and needed, and refuses private ones (SEC-90)', async () => {
    const { principalId } = await create()
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pinned = async (key: typeof publicKey) => ({
      ...rule,
      keys: {
        source: 'pinned' as const,
        jwks: { keys: [{ ...(await exportJWK(key)), kty: 'EC' as const, kid: 'k', x5c: ['AAAA'] }] },
      },
    })
    await expect(federated.create(context, principalId, await pinned(privateKey))).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('private'),
    })
    const { keys } = await federated.create(context, principalId, await pinned(publicKey))
    expect(keys.source === 'pinned' && Object.keys(keys.jwks.keys[0] ?? {}).sort()).toEqual([
      'crv',
      'kid',
      'kty',
      'x',
      'y',
    ])
  })

  it('never trusts this authority itself (SEC-84)', async () => {
    const { principalId } = await create()
    const own = federated.create(context, principalId, { ...rule, issuer: 'https://LOCALHOST:7421/tenant/v2.0' })
    await expect(own).rejects.toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('authority') })
  })

  it('pins no key that would make a verification slow', async () => {
    const { principalId } = await create()
    const slow = { kty: 'RSA' as const, kid: 'k', e: 'AQAB', n: Buffer.alloc(2_048, 0xff).toString('base64url') }
    const keys = { source: 'pinned' as const, jwks: { keys: [slow] } }
    await expect(federated.create(context, principalId, { ...rule, keys })).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('8192'),
    })
  })

  it('says where its expression cannot be read, and warns of what is too broad', async () => {
    const { principalId } = await create()
    const bad = federated.create(context, principalId, {
      ...rule,
      match: 'expression',
      subject: "claims['sub'] is 'x'",
    })
    await expect(bad).rejects.toMatchObject({ code: 'invalid_request', fix: expect.stringContaining('claims') })
    const wide = await federated.create(context, principalId, { ...rule, match: 'prefix', subject: 'repo:' })
    expect(wide.warnings.length).toBeGreaterThan(0)
  })

  it('is changed with If-Match, and its record has what was and what is', async () => {
    const { principalId } = await create()
    const { id, version } = await federated.create(context, principalId, rule)
    const changed = await federated.change(context, principalId, {
      ...rule,
      id,
      subject: 'repo:contoso/b',
      expected: version,
    })
    expect([changed.subject, changed.version]).toEqual(['repo:contoso/b', version + 1])
    const stale = federated.change(context, principalId, { ...rule, id, expected: version })
    await expect(stale).rejects.toMatchObject({ code: 'precondition_failed' })
    const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
    expect(items[0]).toMatchObject({ action: 'federated_credential.changed', target: { id: principalId } })
  })
})
