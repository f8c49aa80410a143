import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/stack.ts'
import { FakeClock } from '../../clock.ts'
import { Database } from '../../database/database.ts'
import { Sealer } from '../../database/sealer.ts'
import { StartupError } from '../../signet-error.ts'
import { EnvelopeError } from '../sealing.ts'
import { Pkcs11RootKey, type Pkcs11Settings } from './pkcs11-root-key.ts'
import { RootKeyUnavailable } from './root-key-provider.ts'

const module = ['/usr/lib/softhsm/libsofthsm2.so', '/opt/homebrew/lib/softhsm/libsofthsm2.so'].find((path) =>
  existsSync(path),
)
const folders = (process.env['PATH'] ?? '').split(':')
const lacking = [
  ...['softhsm2-util', 'pkcs11-tool'].filter((name) => !folders.some((folder) => existsSync(join(folder, name)))),
  ...(module ? [] : ['libsofthsm2.so']),
]

/** Of an environment without SoftHSM the title says what it lacks; `pnpm test` installs both packages on Debian. */
const title =
  lacking.length === 0
    ? 'a root key on a token'
    : `a root key on a token: NOT TESTED, for want of ${lacking.join(', ')}`

describe.skipIf(lacking.length > 0)(title, () => {
  const place = { keyId: 'one', purpose: 'ca' }
  const pin = '73519264'
  let folder: string
  let settings: Pkcs11Settings

  beforeAll(() => {
    folder = temporaryFolder()
    mkdirSync(join(folder, 'tokens'))
    writeFileSync(join(folder, 'softhsm2.conf'), `directories.tokendir = ${join(folder, 'tokens')}\n`)
    process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf')
    settings = { module: module ?? '', token: 'signet', keyId: '01', pinFile: join(folder, 'pin') }
    writeFileSync(settings.pinFile, `${pin}\n`, { mode: 0o400 })
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'signet', '--pin', pin, '--so-pin', '1234'])
    for (const [id, type] of [
      ['01', 'rsa:2048'],
      ['02', 'rsa:2048'],
      ['03', 'EC:prime256v1'],
    ] as const) {
      const asked = ['--module', settings.module, '--token-label', 'signet', '--login', '--pin', pin]
      execFileSync('pkcs11-tool', [...asked, '--keypairgen', '--key-type', type, '--id', id], { stdio: 'ignore' })
    }
  }, 60_000)
  afterAll(() => {
    delete process.env['SOFTHSM2_CONF']
    rmSync(folder, { recursive: true, force: true })
  })

  const rootKey = (more: Partial<Pkcs11Settings> = {}) => new Pkcs11RootKey({ ...settings, ...more })
  const faultOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )

  it('wraps for the token and unwraps on it, bound to key and purpose (SEC-56)', async () => {
    const wrapped = await rootKey().wrap(place, Buffer.from('key'))
    expect((await rootKey().unwrap(place, wrapped)).toString()).toBe('key')
    expect(await faultOf(rootKey().unwrap({ ...place, purpose: 'signing' }, wrapped))).toBeInstanceOf(EnvelopeError)
    for (const damaged of [Buffer.alloc(0), Buffer.from('plain text'), wrapped.subarray(0, 200)]) {
      expect(await faultOf(rootKey().unwrap(place, damaged))).toBeInstanceOf(EnvelopeError)
    }
  })

  it('seals a database that opens again, and another key of the token is refused by its ID (SEC-63)', async () => {
    const clock = new FakeClock()
    const database = Database.open(folder, clock)
    const sealer = await Sealer.open(database, rootKey(), ['ca'], clock)
    expect((await Sealer.open(database, rootKey(), ['ca'], clock)).keyOf('ca').equals(sealer.keyOf('ca'))).toBe(true)
    const error = await faultOf(Sealer.open(database, rootKey({ keyId: '02' }), ['ca', 'signing'], clock))
    expect(String(error)).toContain(await rootKey().health())
    expect(String(error)).toContain(await rootKey({ keyId: '02' }).health())
    await database.close()
  })

  it('that is not plugged in, or has no such key, is waited for (SEC-57)', async () => {
    expect(await faultOf(rootKey({ token: 'elsewhere' }).health())).toBeInstanceOf(RootKeyUnavailable)
    const missing = await faultOf(rootKey({ keyId: '99' }).health())
    expect(missing).toBeInstanceOf(RootKeyUnavailable)
    expect(String(missing)).toContain('is missing')
  })

  it('is refused when it is no RSA key, or when the data was wrapped for another', async () => {
    expect(String(await faultOf(rootKey({ keyId: '03' }).health()))).toContain('not an RSA key')
    const wrapped = await rootKey({ keyId: '02' }).wrap(place, Buffer.from('key'))
    const error = await faultOf(rootKey().unwrap(place, wrapped))
    expect(error).toBeInstanceOf(StartupError)
    expect(error).not.toBeInstanceOf(RootKeyUnavailable)
  })

  it('is not asked twice with a wrong PIN, which nobody is shown (SEC-56)', async () => {
    const pinFile = join(folder, 'wrong-pin')
    writeFileSync(pinFile, '99999999', { mode: 0o400 })
    const root = rootKey({ pinFile })
    const wrapped = await root.wrap(place, Buffer.from('key'))
    const first = await faultOf(root.unwrap(place, wrapped))
    expect(first).toBeInstanceOf(StartupError)
    expect(first).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(first)).toContain('refuses the PIN')
    expect(String(first)).not.toContain('99999999')
    expect(String(await faultOf(root.unwrap(place, wrapped)))).toContain('is not tried again')
    rmSync(pinFile)
    writeFileSync(pinFile, pin, { mode: 0o400 })
    expect((await root.unwrap(place, wrapped)).toString()).toBe('key')
  })

  it('needs a PIN file that nobody else can read, and a library that is one', async () => {
    const pinFile = join(folder, 'open-pin')
    writeFileSync(pinFile, pin)
    chmodSync(pinFile, 0o644)
    const wrapped = await rootKey().wrap(place, Buffer.from('key'))
    expect(String(await faultOf(rootKey({ pinFile }).unwrap(place, wrapped)))).toContain('chmod 0400')
    const unloadable = await faultOf(rootKey({ module: settings.pinFile }).health())
    expect(unloadable).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(unloadable)).toContain('SIGNET_ROOT_KEY_PKCS11_MODULE')
  })
})
