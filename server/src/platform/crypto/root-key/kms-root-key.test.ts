import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/stack.ts'
import { FakeClock } from '../../clock.ts'
import { Database } from '../../database/database.ts'
import { Sealer } from '../../database/sealer.ts'
import { isPrivate } from '../../outbound.ts'
import { StartupError } from '../../signet-error.ts'
import { KmsRootKey, type KmsSettings } from './kms-root-key.ts'
import { RootKeyUnavailable } from './root-key-provider.ts'
import { openTestKms, type TestKms } from './testing/test-kms.ts'

const clock = new FakeClock()
const place = { keyId: 'one', purpose: 'ca' }
let folder: string
let kms: TestKms
let settings: KmsSettings

beforeEach(async () => {
  folder = temporaryFolder()
  kms = await openTestKms()
  settings = { url: kms.url, caFile: join(folder, 'ca.pem'), tokenFile: join(folder, 'token'), allowPrivate: true }
  writeFileSync(settings.caFile, kms.ca)
  writeFileSync(settings.tokenFile, `${kms.token}\n`, { mode: 0o400 })
})
afterEach(async () => {
  await kms.close()
  rmSync(folder, { recursive: true, force: true })
})

const rootKey = (more: Partial<KmsSettings> = {}) => new KmsRootKey({ ...settings, ...more }, clock)
const refusalOf = (root = rootKey()) =>
  root.health().then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a root key in a key service', () => {
  it('wraps and unwraps over TLS, bound to key and purpose (SEC-56)', async () => {
    const wrapped = await rootKey().wrap(place, Buffer.from('key'))
    expect((await rootKey().unwrap(place, wrapped)).toString()).toBe('key')
    await expect(rootKey().unwrap({ ...place, purpose: 'signing' }, wrapped)).rejects.toThrow(StartupError)
    expect(await rootKey().health()).toMatch(/^[0-9a-f]{32}$/)
  })

  it('seals a database that opens again, and another key of the service is refused by its ID (SEC-63)', async () => {
    const database = Database.open(folder, clock)
    const sealer = await Sealer.open(database, rootKey(), ['ca'], clock)
    const again = await Sealer.open(database, rootKey(), ['ca'], clock)
    expect(again.keyOf('ca').equals(sealer.keyOf('ca'))).toBe(true)
    const before = await rootKey().health()
    kms.keyId = 'kms/another'
    const error = await Sealer.open(database, rootKey(), ['ca', 'signing'], clock).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartupError)
    expect(error).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(error)).toContain(before)
    await database.close()
  })

  it.each([
    ['503', 503],
    ['429', 429],
    ['401: the token may be replaced', 401],
  ])('that answers %s is worth waiting for (SEC-57)', async (_what, status) => {
    kms.misbehave = (_request, response) => response.writeHead(status).end('{"keyId":"x"}')
    expect(await refusalOf()).toBeInstanceOf(RootKeyUnavailable)
  })

  it.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['another shape', '{"key":"x"}'],
    ['too much', `{"keyId":"${'x'.repeat(70_000)}"}`],
  ])('that answers %s is worth waiting for and not repeated', async (_what, body) => {
    kms.misbehave = (_request, response) => response.end(body)
    const error = await refusalOf()
    expect(error).toBeInstanceOf(RootKeyUnavailable)
    if (body) expect(String(error)).not.toContain(body)
  })

  it('that is away is worth waiting for (SEC-57)', async () => {
    await kms.close()
    expect(await refusalOf()).toBeInstanceOf(RootKeyUnavailable)
  })

  it('that does not answer is given up after 5 seconds (SEC-159)', async () => {
    const asked = new Promise<void>((resolve) => {
      kms.misbehave = () => resolve()
    })
    const refusal = refusalOf()
    await asked
    clock.advance(5_000)
    expect(String(await refusal)).toContain('did not answer within 5 s')
  })

  it('that redirects is not followed (SEC-159)', async () => {
    kms.misbehave = (_request, response) => response.writeHead(307, { location: `${kms.url}/health` }).end()
    expect(String(await refusalOf())).toContain('redirect')
    expect(kms.requests).toHaveLength(1)
  })

  it('on a loopback or private address is asked nothing unless that is allowed (SEC-159)', async () => {
    expect(String(await refusalOf(rootKey({ allowPrivate: false })))).toContain('SIGNET_ROOT_KEY_KMS_ALLOW_PRIVATE')
    const url = kms.url.replace('localhost', '127.0.0.1')
    expect(String(await refusalOf(rootKey({ allowPrivate: false, url })))).toContain('private')
    expect(kms.requests).toEqual([])
    for (const address of [
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '::1',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
    ]) {
      expect(isPrivate(address), address).toBe(true)
    }
    for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) expect(isPrivate(address), address).toBe(false)
  })

  it('of another CA gets no token (SEC-56)', async () => {
    const other = await openTestKms()
    writeFileSync(settings.caFile, other.ca)
    expect(await refusalOf()).toBeInstanceOf(RootKeyUnavailable)
    expect(kms.requests).toEqual([])
    await other.close()
  })

  it('needs a token file that nobody else can read', async () => {
    chmodSync(settings.tokenFile, 0o444)
    const error = await refusalOf()
    expect(error).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(error)).toContain('chmod 0400')
    expect(String(error)).not.toContain(kms.token)
  })
})
