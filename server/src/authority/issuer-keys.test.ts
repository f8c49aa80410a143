import { createPublicKey } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { FakeClock } from '../platform/clock.ts'
import { issueAuthority, issueLeaf, toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { createLogger } from '../platform/log.ts'
import { guardedFetch, IssuerKeys } from './issuer-keys.ts'
import { TestIssuer } from './testing/test-issuer.ts'

let clock: FakeClock
let issuer: TestIssuer
let keys: IssuerKeys

beforeEach(() => {
  clock = new FakeClock()
  issuer = new TestIssuer()
  keys = new IssuerKeys({ clock, log: createLogger('silent'), fetch: issuer.fetch })
})

const verifies = async (kid = 'k1') =>
  keys.verifies({ issuer: issuer.url, pinned: null }, await issuer.token(clock.now(), {}, kid))
const hour = 3_600_000

describe('keys of an external issuer (SEC-190)', () => {
  it('are asked for once, however many need them', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => verifies()))).toEqual(Array(20).fill(true))
    expect(issuer.asked).toBe(2)
  })

  it('are asked for anew on an unknown kid, at most once in 30 s (SEC-92)', async () => {
    await verifies()
    issuer.add('k2')
    await expect(verifies('k2')).rejects.toMatchObject({ code: 'assertion_key_unknown' })
    expect(issuer.asked).toBe(2)
    clock.advance(30_000)
    expect(await verifies('k2')).toBe(true)
    expect(issuer.asked).toBe(4)
  })

  it('are asked for by the clock, so that no request waits for it, and a withdrawn key is out within the hour', async () => {
    issuer.add('k2')
    expect(await verifies('k2')).toBe(true)
    const token = await issuer.token(clock.now(), {}, 'k2')
    issuer.remove('k2')
    clock.advance(hour - 600_000 + 1)
    await keys.refresh()
    expect(issuer.asked).toBe(4)
    await expect(keys.verifies({ issuer: issuer.url, pinned: null }, token)).rejects.toMatchObject({
      code: 'assertion_key_unknown',
    })
  })

  it('serve for 24 hours while the source is down, and no longer (SEC-92)', async () => {
    await verifies()
    issuer.isDown = true
    clock.advance(24 * hour)
    expect(await verifies()).toBe(true)
    clock.advance(1)
    await expect(verifies()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('are not given up for an empty set, nor for a document that names another issuer (SEC-92)', async () => {
    await verifies()
    const token = await issuer.token(clock.now())
    issuer.remove('k1')
    clock.advance(2 * hour)
    expect(await keys.verifies({ issuer: issuer.url, pinned: null }, token)).toBe(true)
    issuer.add('k1')
    issuer.claimedIssuer = `${issuer.url}/`
    clock.advance(2 * hour)
    expect(await keys.verifies({ issuer: issuer.url, pinned: null }, token)).toBe(true)
  })

  it('of a document that names another issuer are none', async () => {
    issuer.claimedIssuer = 'https://other.test'
    await expect(verifies()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('of an issuer that nobody uses for a day are forgotten', async () => {
    await verifies()
    clock.advance(24 * hour + 1)
    await keys.refresh()
    expect(issuer.asked).toBe(2)
  })
})

describe('an issuer over real TLS', () => {
  let server: Server
  let caFile: string
  let folder: string
  /** Answers in place of the issuer. */
  let misbehave: RequestListener | undefined

  beforeEach(async () => {
    const { ca, cert, key } = await localhostCertificate()
    folder = temporaryFolder()
    caFile = join(folder, 'ca.pem')
    writeFileSync(caFile, ca)
    misbehave = undefined
    server = createServer({ cert, key }, async (request, response) => {
      if (misbehave) return misbehave(request, response)
      const { status, text } = await issuer.fetch(new URL(request.url ?? '/', issuer.url))
      response.writeHead(status).end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    issuer = new TestIssuer(`https://localhost:${address.port}`)
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })
  const over = (options: { caFile: string | undefined; allowPrivate: boolean }) => {
    keys = new IssuerKeys({ clock, log: createLogger('silent'), fetch: guardedFetch({ ...options, clock }) })
    return verifies()
  }

  it('is read where its CA is trusted and its address allowed, and not otherwise (SEC-159)', async () => {
    expect(await over({ caFile, allowPrivate: true })).toBe(true)
    await expect(over({ caFile, allowPrivate: false })).rejects.toMatchObject({
      code: 'unavailable',
      fix: expect.stringContaining('not allowed'),
    })
    await expect(over({ caFile: undefined, allowPrivate: true })).rejects.toMatchObject({ code: 'unavailable' })
    expect(issuer.asked).toBe(2)
  })

  it.each<[string, RequestListener]>([
    ['redirects', (_request, response) => response.writeHead(302, { location: 'https://other.test/' }).end()],
    ['answers without end', (_request, response) => response.end('x'.repeat(70_000))],
    ['answers something else', (_request, response) => response.end('<html>')],
    ['breaks off', (_request, response) => response.destroy()],
  ])('that %s has no keys', async (_name, answer) => {
    misbehave = answer
    await expect(over({ caFile, allowPrivate: true })).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('keeps the server from starting when the file of its CA cannot be read', () => {
    const options = { caFile: join(folder, 'none.pem'), allowPrivate: false, clock }
    expect(() => guardedFetch(options)).toThrow(/SIGNET_FEDERATION_CA_FILE/)
  })
})

it('an issuer at a loopback, link-local or private address is not asked (SEC-159)', async () => {
  const guarded = guardedFetch({ caFile: undefined, allowPrivate: false, clock })
  for (const host of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '[::1]', 'localhost']) {
    await expect(guarded(new URL(`https://${host}/.well-known/openid-configuration`))).rejects.toMatchObject({
      fault: 'address',
    })
  }
})

/** A CA, and a certificate of it for localhost; PEM. */
async function localhostCertificate() {
  const span = { notBefore: Date.now() - dayMs, notAfter: Date.now() + dayMs }
  const rootKey = await generatePrivateKey('p256')
  const root = await issueAuthority({ commonName: 'Inside', privateKey: rootKey, ...span })
  const privateKey = importPrivateKey(await generatePrivateKey('p256'))
  const leaf = await issueLeaf(
    { certificate: root, privateKey: rootKey },
    {
      commonName: 'localhost',
      publicKey: createPublicKey(privateKey),
      usage: 'serverAuth',
      names: ['localhost'],
      ...span,
    },
  )
  return { ca: toPem(root), cert: toPem(leaf), key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) }
}
