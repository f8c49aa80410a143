import { generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { dayMs } from '@signet/shared/vocabulary/time'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { readConfig } from '../platform/config.ts'
import { issueSelfSigned, toPem } from '../platform/crypto/certificate.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { addApplicationCommands } from './application-commands.ts'
import { ConsoleClient, consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'
import { addAudienceCommands, addIdentityCommands } from './identity-commands.ts'

let stand: DashboardStand
let close: () => Promise<void>
let client: ConsoleClient
const printed: string[] = []

beforeAll(async () => {
  stand = await openDashboard()
  const config = readConfig({ SIGNET_DATA_DIR: join(stand.folder, 'data') })
  close = await listenOnSocket('server', consoleSocket(config.dataDir), consoleHandler(stand.server, config))
  client = new ConsoleClient(config.dataDir)
})

afterAll(async () => {
  await close()
  await stand.close()
})

/** What the command line prints; the program is the one that people run, but for its output. */
async function signet(...words: string[]): Promise<string> {
  printed.length = 0
  const program = new Command('signet').exitOverride().configureOutput({ writeErr: () => undefined })
  const parts = {
    connect: async () => client,
    print: <T>(value: T, options: { json?: true }, inWords: (value: T) => string) => {
      printed.push(options.json ? JSON.stringify(value) : inWords(value))
    },
  }
  addApplicationCommands(program.command('application').exitOverride(), parts)
  addIdentityCommands(program.command('identity').exitOverride(), parts)
  addAudienceCommands(program.command('audience').exitOverride(), parts)
  await program.parseAsync(['node', 'signet', ...words])
  return printed.join('\n')
}

const json = async <T = Record<string, unknown>>(...words: string[]) =>
  JSON.parse(await signet(...words, '--json')) as T
const audited = async () => (await stand.server.audit.page({ terms: [] }, { limit: 1 })).items[0]
const file = (name: string, content: string) => {
  const path = join(stand.folder, name)
  writeFileSync(path, content)
  return path
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const issuer = 'https://issuer.test'

function tokenOf(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(stand.clock.now() / 1_000)
  const common = { iss: issuer, aud: 'api://AzureADTokenExchange', iat: now, nbf: now, exp: now + 600 }
  const text = `${part({ alg: 'RS256', kid: 'one' })}.${part({ ...common, ...claims })}`
  return `${text}.${sign('sha256', Buffer.from(text), keys.privateKey).toString('base64url')}`
}

describe('signet application', () => {
  it('creates, shows, renames, pauses, deletes and restores one under the same IDs', async () => {
    const made = await json('application', 'create', 'billing')
    expect(await signet('application', 'list')).toContain('billing')
    expect(await json('application', 'rename', 'billing', 'invoices')).toMatchObject({ clientId: made['clientId'] })
    expect(await signet('application', 'pause', 'invoices')).toContain('paused')
    expect(await signet('application', 'resume', 'invoices')).toContain('enabled')
    expect(await signet('application', 'delete', 'invoices')).toContain('restorable until')
    await expect(signet('application', 'show', 'invoices')).rejects.toMatchObject({ code: 'not_found' })
    const restored = await json('application', 'restore', 'invoices')
    expect(restored).toMatchObject({ principalId: made['principalId'], state: 'enabled' })
    expect(await audited()).toMatchObject({ action: 'application.restored', actor: { kind: 'console' } })
  })

  it('asks for the ID where several have the name', async () => {
    await signet('application', 'create', 'twin')
    const { principalId } = await json<{ principalId: string }>('application', 'create', 'twin')
    await expect(signet('application', 'show', 'twin')).rejects.toMatchObject({ code: 'conflict' })
    expect(await signet('application', 'show', principalId)).toContain(principalId)
  })

  it('prints the value of a secret once, and no list of them has it', async () => {
    await signet('application', 'create', 'ci')
    const words = ['--description', 'runner', '--days', '10'] as const
    const { value, expiresAt } = await json<{ value: string; expiresAt: number }>(
      ...(['application', 'secret', 'add', 'ci', ...words] as const),
    )
    expect(expiresAt).toBe(stand.clock.now() + 10 * dayMs)
    expect(JSON.stringify(await json('application', 'show', 'ci'))).not.toContain(value)
    expect(await signet('application', 'show', 'ci')).toContain('runner')
    expect(await signet('application', 'secret', 'remove', 'ci', 'runner')).toContain('removed')
    const again = signet('application', 'secret', 'remove', 'ci', 'runner')
    await expect(again).rejects.toMatchObject({ code: 'not_found' })
    await expect(signet('application', 'secret', 'add', 'ci', ...words.slice(0, 3), 'x')).rejects.toThrow('--days')
  })

  it('registers a certificate from a file and removes it by the beginning of its thumbprint', async () => {
    await signet('application', 'create', 'batch')
    const privateKey = keys.privateKey.export({ format: 'der', type: 'pkcs8' })
    const notBefore = stand.clock.now()
    const der = await issueSelfSigned({ commonName: 'batch', privateKey, notBefore, notAfter: notBefore + 30 * dayMs })
    const path = file('batch.pem', toPem(der))
    const { thumbprint } = await json<{ thumbprint: string }>('application', 'certificate', 'add', 'batch', path)
    expect(await signet('application', 'show', 'batch')).toContain(thumbprint)
    const colons = `${thumbprint.slice(0, 2)}:${thumbprint.slice(2, 8).toLowerCase()}`
    expect(await signet('application', 'certificate', 'remove', 'batch', colons)).toContain(thumbprint)
    const missing = signet('application', 'certificate', 'add', 'batch', join(stand.folder, 'no.pem'))
    await expect(missing).rejects.toThrow('cannot be read')
  })
})

describe('signet … federation', () => {
  it('trusts an issuer with pinned keys, warns of a rule that is too broad, and says why a token is refused', async () => {
    await signet('application', 'create', 'pipeline')
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }
    const path = file('keys.json', JSON.stringify({ keys: [jwk] }))
    const rule = ['--issuer', issuer, '--subject', 'repo:', '--match', 'prefix', '--keys', path]
    const added = await signet('application', 'federation', 'add', 'pipeline', 'main', ...rule)
    expect(added).toMatch(/WARNING +A prefix of 5 characters/)
    const test = (token: string) =>
      signet('application', 'federation', 'test', 'pipeline', '--token-file', file('token', token))
    expect(await test(tokenOf({ sub: 'repo:contoso/app' }))).toMatch(/^accepted/)
    expect(await test(tokenOf({ sub: 'user:contoso' }))).toMatch(/^refused \(AADSTS\d+\)/)
    expect(process.exitCode).toBe(1)
    process.exitCode = undefined
    expect(await signet('application', 'federation', 'list', 'pipeline')).toContain('pinned')
    await signet('application', 'federation', 'remove', 'pipeline', 'MAIN')
    expect(await signet('application', 'federation', 'list', 'pipeline')).toBe('No federated credential yet.')
  })

  it('is the same for a user-assigned identity', async () => {
    await signet('identity', 'create', 'cluster')
    const rule = ['--issuer', issuer, '--subject', 'system:serviceaccount:default:app']
    const added = await signet('identity', 'federation', 'add', 'cluster', 'kube', ...rule)
    expect(added).not.toContain('WARNING')
    expect(await signet('identity', 'federation', 'list', 'cluster')).toContain('kube')
  })

  it.each([
    [['--match', 'regex'], '--match is one of exact, prefix, expression'],
    [['--keys', 'no.json'], 'cannot be read'],
  ])('refuses %s', async (more, words) => {
    const rule = ['--issuer', issuer, '--subject', 'a', ...more]
    await expect(signet('identity', 'federation', 'add', 'cluster', 'x', ...rule)).rejects.toThrow(words)
  })
})

describe('signet identity', () => {
  it('renames and moves one, and its IDs stay', async () => {
    const made = await json<{ principalId: string }>('identity', 'create', 'deploy')
    await client.call(userIdentitiesApi.createGroup, { body: { name: 'prod' } })
    expect(await json('identity', 'rename', 'deploy', 'deployer')).toMatchObject({ principalId: made.principalId })
    expect(await json('identity', 'move', 'deployer', 'prod')).toMatchObject({ resourceGroup: 'prod' })
    const nowhere = signet('identity', 'move', 'deployer', 'nowhere')
    await expect(nowhere).rejects.toMatchObject({ code: 'not_found', fix: 'Create the resource group first.' })
  })

  it('sets how long tokens of an identity of any kind live, shows it, and takes it back', async () => {
    await signet('identity', 'create', 'short')
    await signet('application', 'create', 'short-app')
    expect(await signet('identity', 'lifetime', 'short', '900')).toContain('900 s')
    expect(await signet('identity', 'lifetime', 'short')).toContain('900 s')
    expect(await signet('identity', 'lifetime', 'short', 'default')).toContain('as the audience')
    expect(await signet('identity', 'lifetime', 'short-app', '900')).toContain('900 s')
    await expect(signet('identity', 'lifetime', 'short', 'soon')).rejects.toThrow('is a whole number')
    await expect(signet('identity', 'lifetime', 'short', '5')).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('signet audience change', () => {
  it('changes what is said and leaves the rest', async () => {
    await signet('audience', 'add', 'api://orders', '--name', 'Orders', '--role', 'Read', '--role', 'Write')
    const changed = await signet(
      ...['audience', 'change', 'api://orders', '--lifetime', '900', '--remove-role', 'Write', '--add-role', 'Admin'],
    )
    expect(changed).toMatch(/name +Orders\n[\s\S]*lifetime +900 s\nroles +Read, Admin/)
    const back = await signet(
      'audience',
      'change',
      'api://orders',
      '--lifetime',
      'default',
      '--assignment-required',
      'yes',
    )
    expect(back).toMatch(/as the deployment says[\s\S]*assignment +required/)
  })

  it.each([
    [[], 'say what is to change'],
    [['--token-version', '3'], '--token-version is 1 or 2'],
    [['--assignment-required', 'maybe'], '--assignment-required is yes or no'],
    [['--remove-role', 'None'], 'not_found: The audience has no role None'],
  ])('refuses %s', async (more, words) => {
    await expect(signet('audience', 'change', 'api://orders', ...more)).rejects.toThrow(words)
  })
})
