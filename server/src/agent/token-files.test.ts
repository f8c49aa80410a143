import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock, systemClock } from '../platform/clock.ts'
import { agentFiles } from './agent-folder.ts'
import type { LocalSettings } from './endpoints/local-listeners.ts'
import { tokenFileVariables } from './endpoints/token-file-environment.ts'
import { WorkloadRun } from './endpoints/workload-runs.ts'
import { call, readyAgent, until } from './testing/test-stand.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

async function ready(local: Partial<LocalSettings> = {}) {
  const clock = new FakeClock(Date.now())
  const { stand, agent } = await readyAgent({ clock, local })
  undo.push(() => stand[Symbol.asyncDispose]())
  const { agentDir, server } = stand
  const [principal] = server.principals
  if (!principal) throw new Error('no principal')
  const file = tokenFileOf(agentDir, principal.clientId)
  const begin = async (clientId: string | null = null) => {
    const run = await WorkloadRun.begin(agentDir, systemClock, { clientId })
    undo.push(() => run[Symbol.dispose]())
    return run
  }
  const change = (to: Partial<typeof principal>) => {
    Object.assign(principal, to, { version: principal.version + 1 })
    server.push()
  }
  return { stand, agent, clock, server, authority: stand.authority, agentDir, principal, file, begin, change }
}

function tokenFileOf(agentDir: string, clientId: string): string {
  return `${agentFiles.tokenFiles(agentDir)}/${clientId}.jwt`
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

describe('a token file', () => {
  it('is there as long as a run wants it: for its owner alone, and without a line end', async () => {
    const { file, begin, authority } = await ready()
    expect(read(file)).toBeUndefined()
    const [one, other] = [await begin(), await begin()]
    expect(read(file)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(file).uid).toBe(process.getuid?.())
    expect(authority.calls.at(-1)?.form.get('scope')).toBe('api://AzureADTokenExchange/.default')
    one[Symbol.dispose]()
    expect(read(file)).toBeDefined()
    other[Symbol.dispose]()
    await expect.poll(() => read(file)).toBeUndefined()
  })

  it('is written anew in one step after half of its life at most, and kept while the authority is away', async () => {
    const { file, begin, clock, authority, agentDir } = await ready()
    await begin()
    const first = read(file)
    const { ino } = statSync(file)
    clock.advance(30 * 60_000)
    await expect.poll(() => read(file)).not.toBe(first)
    expect(statSync(file).ino).not.toBe(ino)
    expect(readdirSync(agentFiles.tokenFiles(agentDir))).toHaveLength(1)
    const second = read(file)
    authority.refusal = { status: 503, body: {} }
    const calls = authority.calls.length
    clock.advance(30 * 60_000)
    await until(() => authority.calls.length > calls)
    expect(read(file)).toBe(second)
    authority.refusal = undefined
    await expect
      .poll(() => {
        clock.advance(60_000)
        return read(file)
      })
      .not.toBe(second)
  })

  it('goes with a pause, is back with the end of it, and goes for good with the identity (SEC-45)', async () => {
    const { file, begin, change, server } = await ready()
    await begin()
    change({ state: 'suspended' })
    await expect.poll(() => read(file)).toBeUndefined()
    change({ state: 'enabled' })
    await expect.poll(() => read(file)).toBeDefined()
    const [{ objectId, version } = { objectId: '', version: 0 }] = server.principals.splice(0)
    server.send('revoke', { objectId, version: version + 1, reason: 'deleted' })
    await expect.poll(() => read(file)).toBeUndefined()
  })

  it('is written anew when a signing key was revoked (SEC-89)', async () => {
    const { file, begin, server } = await ready()
    await begin()
    const first = read(file)
    server.send('terms', { revision: 2, keyEpoch: 1, audiences: [] })
    await expect.poll(() => read(file)).not.toBe(first)
  })

  it('is refused for an identity that is not there or is paused, and the run is told why', async () => {
    const { begin, change } = await ready()
    await expect(begin('../../etc/passwd')).rejects.toMatchObject({ code: 'identity_not_found' })
    change({ state: 'suspended' })
    await expect
      .poll(() =>
        begin().then(
          () => '',
          ({ code }) => code,
        ),
      )
      .toBe('identity_paused')
  })

  it('stays while the agent starts anew, and goes then unless its run is still there', async () => {
    const { stand, agent, file, begin, agentDir, principal } = await ready()
    await begin(principal.clientId.toUpperCase())
    const left = tokenFileOf(agentDir, '0e0e0e0e-0000-4000-8000-000000000009')
    writeFileSync(left, 'of a run that is gone')
    await agent.stop()
    expect(read(file)).toBeDefined()
    const clock = new FakeClock(Date.now())
    const calls = stand.authority.calls.length
    await stand.start(clock)
    await until(() => stand.authority.calls.length > calls)
    clock.advance(30_000)
    expect([read(left), read(file) !== undefined]).toEqual([undefined, true])
  })

  it('is kept for every identity where the setting says so', async () => {
    const { file } = await ready({ tokenFiles: true })
    await expect.poll(() => read(file)).toBeDefined()
  })
})

it('the variables of a token file lead to it and to the authority, and have that trusted', async () => {
  const { agentDir, file, begin, authority, principal } = await ready()
  expect(tokenFileVariables(agentDir, undefined)).toBeUndefined()
  await begin()
  const variables = tokenFileVariables(agentDir, principal.clientId)
  expect(variables).toMatchObject({
    AZURE_FEDERATED_TOKEN_FILE: file,
    AZURE_CLIENT_ID: principal.clientId,
    AZURE_TENANT_ID: 'adfs',
    AZURE_AUTHORITY_HOST: authority.url,
  })
  expect(readFileSync(variables?.['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8')).toContain('BEGIN CERTIFICATE')
  const all = readFileSync(variables?.['SSL_CERT_FILE'] ?? '', 'utf8')
  expect(all.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50)
})

it('the CAs beside a token file follow those that the authority is checked by', async () => {
  const { agentDir, begin, server } = await ready()
  await begin()
  const cas = () => readFileSync(agentFiles.authorityCa(agentDir), 'utf8')
  const pinned = cas()
  const [another] = rootCertificates
  server.authorityCas = `${another}\n`
  server.push()
  await expect.poll(cas).toBe(`${pinned}${another}\n`)
  expect(readFileSync(agentFiles.allCas(agentDir), 'utf8')).toContain(pinned.trim())
  server.authorityCas = undefined
  server.push()
  await expect.poll(cas).toBe(pinned)
})

it('its content is nowhere else: no local endpoint gives it out (ADR 0018)', async () => {
  const { agent, authority } = await ready()
  const imds = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01`
  const answer = await call(`${imds}&resource=api://AzureADTokenExchange`, [['Metadata', 'true']])
  expect([answer.status, answer.json['error'], authority.calls.length]).toEqual([400, 'invalid_resource', 0])
})
