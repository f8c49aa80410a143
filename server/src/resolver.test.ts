import type { Permission } from '@signet/shared/vocabulary/permissions'
import { allows, type Role } from '@signet/shared/vocabulary/permissions'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, newestRun, openStack, rowsOf, type Stack } from '../test/stack.ts'
import { type Authority, openAuthority } from './authority/index.ts'
import { thumbprintHex } from './platform/crypto/thumbprint.ts'
import { SequentialIds } from './platform/identifiers.ts'
import { Secret } from './platform/secret.ts'
import { Resolver, readLookup } from './resolver.ts'
import { ResourceGroups } from './resources/index.ts'
import { openVaults, type VaultDomain } from './vault/index.ts'

let stack: Stack
let authority: Authority
let resolver: Resolver
let vaults: VaultDomain

beforeEach(async () => {
  stack = await openStack()
  authority = await openAuthority({
    ...stack,
    tenantDomain: 'signet.local',
    authorityUrl: 'https://localhost:7421',
    tokenLifetimeSeconds: 3_600,
    holdersOf: (principal) => stack.users.holdersOf(principal),
    fetch: () => Promise.reject(new Error('nobody is asked')),
    onCredentialUsed: () => undefined,
    onCertificateVerdict: () => undefined,
  })
  vaults = openVaults({
    ...{ ...stack, subscriptionId: stack.defaults.subscriptionId, vaultUrl: 'https://vault.signet.test:7421' },
    access: stack.authorization.access,
    groupNamed: (name) => new ResourceGroups(stack).find(name),
    forgetRights: async () => undefined,
  })
  resolver = new Resolver({ ...stack, agents: stack.plane.directory, authority, vaults: vaults.directory })
})

afterEach(async () => {
  await authority.close()
  await stack.close()
})

const everything = () => true
const find = async (text: string, may: (permission: Permission) => boolean = everything) =>
  (await resolver.find(text, may)).map(({ kind, id, path }) => ({ kind, id, path }))
const as = (role: Role) => (permission: Permission) => allows(role, permission)

describe('an identifier', () => {
  it('of a user-assigned identity leads to its page: its IDs, its name and its resource ID, in any case', async () => {
    const { principalId, clientId, resourceId } = await stack.users.create(contextOf(), {
      name: 'deploy',
      resourceGroup: 'default',
    })
    const hit = { kind: 'identity', id: principalId, path: `/identities/${principalId}` }
    for (const text of [principalId, clientId.toUpperCase(), 'DEPLOY', resourceId.toUpperCase()]) {
      expect(await find(text), text).toEqual([hit])
    }
  })

  it('of a vault, a secret or a version leads to it: by name, address, ARM ID and ID, and reads nothing', async () => {
    const { id, armId } = await vaults.vaults.create(contextOf(), { name: 'Prod-KV', resourceGroup: 'default' })
    const asker = { kind: 'operator', context: contextOf() } as const
    const place = { vault: 'prod-kv', name: 'Db' }
    const { versionId } = await vaults.vault.set(asker, place, { value: new Secret('one') })
    const vault = { kind: 'vault', id, path: '/vaults/Prod-KV' }
    const host = 'https://prod-kv.vault.signet.test:7421'
    for (const text of [id, 'PROD-kv', armId.toUpperCase(), `${host}/`, host, 'https://prod-kv.vault.azure.net/']) {
      expect(await find(text), text).toEqual([vault])
    }
    const secret = {
      kind: 'secret',
      id: (await rowsOf(stack, 'vault_secrets'))[0]?.id,
      path: '/vaults/Prod-KV/secrets/Db',
    }
    for (const text of [given(secret.id), `${host}/secrets/db`, `${armId}/secrets/db`, `${host}/deletedsecrets/db`]) {
      expect(await find(text), text).toEqual([secret])
    }
    const version = { ...secret, path: `${secret.path}/${versionId}` }
    expect(await find(`${host}/secrets/db/${versionId}`)).toEqual([version])
    for (const text of [
      `${host}/keys/db`,
      `${host}/secrets/none`,
      'https://prod-kv.example.test/',
      'https://prod-kv',
    ]) {
      expect(await find(text), text).toEqual([])
    }
    expect(await find('prod-kv', as('developer'))).toEqual([])
    await vaults.vaults.delete(contextOf(), 'prod-kv', {})
    expect(await resolver.find('prod-kv', everything)).toMatchObject([{ ...vault, label: 'Vault Prod-KV (deleted)' }])
    expect((await rowsOf(stack, 'audit_events')).filter(({ action }) => action === 'secret.read')).toEqual([])
  })

  it('of an application leads to it: its IDs, after it was deleted too', async () => {
    const made = await stack.database.transact((tx) => stack.registry.createApplication(tx, 'billing'))
    const hit = { kind: 'application', id: made.objectId, path: `/applications/${made.objectId}` }
    for (const text of [made.objectId, made.clientId.toUpperCase()]) expect(await find(text), text).toEqual([hit])
    expect(await find(made.objectId, as('developer'))).toEqual([])
    await stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), made.objectId))
    expect(await resolver.find(made.objectId, everything)).toMatchObject([
      { ...hit, label: 'Application billing (deleted)' },
    ])
  })

  it('of an audience leads to it: its URI and its application ID', async () => {
    const [app] = authority.resources.list()
    const hit = { kind: 'audience', id: given(app).id, path: `/audiences/${given(app).id}` }
    for (const text of [given(app).uri, given(app).id]) expect(await find(text), text).toEqual([hit])
    expect(await find(given(app).uri, as('developer'))).toEqual([])
  })

  it('of a role assignment or a role leads to it, while it counts', async () => {
    const { objectId } = await stack.database.transact((tx) => stack.registry.createApplication(tx, 'billing'))
    const { access, assignments } = stack.authorization
    const role = given(access.roles().find(({ name }) => name === 'Reader'))
    const wanted = { principalId: objectId, roleId: role.id, scope: '/' }
    const { assignment } = await assignments.grant(contextOf(), wanted)
    const id = assignment.assignmentId
    expect(await resolver.find(id.toUpperCase(), everything)).toEqual([
      { kind: 'role_assignment', id, label: 'Reader of billing', path: `/access?peek=${id}` },
    ])
    expect(await find(role.id)).toEqual([{ kind: 'role', id: role.id, path: `/access/roles/${role.id}` }])
    expect(await find(id, as('developer'))).toEqual([])
    await assignments.revoke(contextOf(), id)
    expect((await find(id)).some(({ kind }) => kind === 'role_assignment')).toBe(false)
  })

  it('of an instance leads to it: its ID, its ARM ID and its name, in any case', async () => {
    const { instance } = await identityOn(stack)
    const hit = { kind: 'instance', id: instance.id, path: `/instances/${instance.id}` }
    for (const text of [instance.id.toUpperCase(), instance.resourceId.toUpperCase(), 'WEB-01', '  web-01 ']) {
      expect(await find(text)).toContainEqual(hit)
    }
  })

  it('of a principal or client leads to the identity of its instance, after it was deleted too', async () => {
    const { instance, principalId } = await identityOn(stack)
    const principal = await stack.registry.require(principalId)
    const hit = { kind: 'identity', id: principalId, path: `/instances/${instance.id}/identity` }
    expect(await find(principalId)).toEqual([hit])
    expect(await find(principal.clientId)).toEqual([hit])
    await stack.identities.turnOff(contextOf(), instance.id)
    expect(await resolver.find(principalId, everything)).toMatchObject([
      { ...hit, label: 'Identity of web-01 (deleted)' },
    ])
  })

  it('of a certificate leads to it: thumbprints as consoles and as tokens write them, and the serial number', async () => {
    const { instance, first } = await identityOn(stack)
    const hex = thumbprintHex(first.certificate)
    const colons = given(hex.match(/../g)).join(':')
    const sha256Hex = Buffer.from(first.x5tS256, 'base64url').toString('hex')
    const hit = { kind: 'certificate', id: first.id, path: `/instances/${instance.id}/certificates#row-${first.id}` }
    for (const text of [first.id, hex, hex.toLowerCase(), colons, first.x5t, first.x5tS256, sha256Hex, first.serial]) {
      expect(await find(text)).toEqual([hit])
    }
  })

  it('of a rotation, an agent and a signing key leads to each', async () => {
    const { instance, principalId, agent } = await identityOn(stack)
    const run = await newestRun(stack, principalId)
    expect(await find(run.id)).toEqual([{ kind: 'rotation', id: run.id, path: `/rotations/${run.id}` }])
    expect(await find(agent.id)).toContainEqual({
      kind: 'agent',
      id: agent.id,
      path: `/instances/${instance.id}/agent`,
    })
    const kid = given((await rowsOf(stack, 'signing_keys'))[0]).kid
    expect(await find(kid)).toEqual([{ kind: 'signing_key', id: kid, path: `/audit?filter=target%3A${kid}&range=all` }])
  })

  it('of an audit event or a request leads to the events of that request', async () => {
    const context = contextOf()
    await stack.audit.record(context, { action: 'server.start' })
    const event = given((await rowsOf(stack, 'audit_events')).at(-1))
    const path = `/audit?filter=correlation%3A${context.correlationId}&range=all`
    expect(await find(event.id)).toEqual([{ kind: 'audit_event', id: event.id, path: `${path}&event=${event.id}` }])
    expect(await find(context.correlationId)).toEqual([{ kind: 'request', id: context.correlationId, path }])
  })

  it('of a token leads to what is on record about it by its uti, and to its request by the ID of that', async () => {
    const { instance, principalId } = await identityOn(stack)
    const id = new SequentialIds(stack.clock).next()
    const { correlationId } = contextOf()
    await authority.log.record({
      id,
      tenantId: stack.tenantId,
      at: stack.clock.now(),
      principalId,
      clientId: principalId,
      audience: 'https://vault.azure.net',
      x5tS256: null,
      kid: 'k',
      exp: 1,
      outcome: 'ok',
      correlationId,
      ip: null,
    })
    const hit = { kind: 'token', id, path: `/instances/${instance.id}/activity#row-${id}` }
    const uti = Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
    for (const text of [id, correlationId]) expect(await find(text)).toEqual([hit])
    expect(await find(uti)).toEqual([{ kind: 'token', id, path: `/tokens/issued/${uti}` }])
    expect(await find(uti, as('developer'))).toEqual([])
  })

  it.each(['nothing', '%', "' OR 1=1 --", '/', '00000000-0000-0000-0000-000000000000', '💥'.repeat(100)])(
    'that names nothing, such as %s, leads nowhere',
    async (text) => {
      await identityOn(stack)
      expect(await find(text)).toEqual([])
    },
  )
})

describe('what the caller may not read looks as if it did not exist (SEC-29)', () => {
  it.each([
    ['viewer', ['instance', 'identity', 'certificate', 'rotation', 'agent']],
    ['auditor', ['instance', 'identity', 'certificate', 'rotation', 'agent', 'signing_key', 'audit_event', 'request']],
    ['developer', []],
  ] as const)('%s', async (role, kinds) => {
    const context = contextOf()
    const { instance, principalId, agent, first } = await identityOn(stack)
    await stack.audit.record(context, { action: 'server.start' })
    const texts = [
      instance.id,
      principalId,
      first.x5t,
      agent.id,
      (await newestRun(stack, principalId)).id,
      given((await rowsOf(stack, 'signing_keys'))[0]).kid,
      given((await rowsOf(stack, 'audit_events')).at(-1)).id,
      context.correlationId,
    ]
    const hits = (await Promise.all(texts.map((text) => find(text, as(role))))).flat()
    expect(new Set(hits.map((hit) => hit.kind))).toEqual(new Set(kinds))
  })
})

describe('readLookup', () => {
  it('reads a text in every form it can have', () => {
    const hex = 'AB'.repeat(20)
    expect(readLookup(hex)).toMatchObject({
      sha1: Buffer.from(hex, 'hex').toString('base64url'),
      serial: hex.toLowerCase(),
    })
    expect(readLookup('4f 3a:00:11')).toEqual({ text: '4f 3a:00:11', serial: '4f3a0011' })
    expect(readLookup('/subscriptions/x')).toEqual({ text: '/subscriptions/x', armId: '/subscriptions/x' })
    expect(readLookup('web-01')).toEqual({ text: 'web-01' })
  })
})
