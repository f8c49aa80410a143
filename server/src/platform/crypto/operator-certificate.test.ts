import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { CompanyCa } from '../../../test/tls.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../log.ts'
import { StartupError } from '../signet-error.ts'
import { OperatorCertificate } from './operator-certificate.ts'

const host = 'login.corp.example'
let folder: string
let company: CompanyCa
let files: { cert: string; key: string; ca: string | undefined }

beforeEach(async () => {
  folder = temporaryFolder()
  company = await CompanyCa.make()
  files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), ca: undefined }
  put(await company.issue([host, '*.vault.corp.example']))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function put({ cert, key }: { cert?: string; key?: string }): void {
  if (cert !== undefined) writeFileSync(files.cert, cert)
  if (key !== undefined) writeFileSync(files.key, key, { mode: 0o600 })
}
const log = createLogger('silent')
const open = () => OperatorCertificate.open({ files, publicHost: host, clock: systemClock, log })

function refusal(): string {
  try {
    open()
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError)
    return error instanceof Error ? error.message : ''
  }
  throw new Error('it was taken')
}

describe("the operator's own certificate", () => {
  it('is taken with its key, and says which names it is for', () => {
    const { current } = open()
    expect(current.covers(host)).toBe(true)
    expect(current.covers('acme.vault.corp.example')).toBe(true)
    expect(current.covers('a.b.vault.corp.example')).toBe(false)
    expect(current.covers('evil.test')).toBe(false)
  })

  it('is checked by its CA where there is a file of it, else by the last issuer that is known', async () => {
    expect(open().current.trusted).toBe(open().current.cert)
    const leaf = await company.issue([host])
    put({ ...leaf, cert: `${leaf.cert}${company.pem}` })
    expect(open().current.trusted.trim()).toBe(company.pem.trim())
    put(leaf)
    files.ca = join(folder, 'ca.pem')
    writeFileSync(files.ca, company.pem)
    expect(open().current).toMatchObject({ ca: company.pem, trusted: company.pem })
  })

  const faults: [string, () => Promise<void> | void, RegExp][] = [
    ['a file that is not there', () => rmSync(files.cert), /tls\.crt cannot be read.*SIGNET_TLS_CERT_FILE/],
    ['a key that is not there', () => rmSync(files.key), /tls\.key cannot be read.*SIGNET_TLS_KEY_FILE/],
    ['a file without a certificate', () => put({ cert: 'hello' }), /SIGNET_TLS_CERT_FILE holds no certificate in PEM/],
    [
      'something that looks like one',
      () => put({ cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }),
      /holds something that is no certificate/,
    ],
    ['a file without a key', () => put({ key: 'hello' }), /SIGNET_TLS_KEY_FILE holds no private key/],
    [
      'a key under a passphrase',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const secret = { cipher: 'aes-256-cbc', passphrase: 'hunter2' }
        put({ key: String(privateKey.export({ format: 'pem', type: 'pkcs8', ...secret })) })
      },
      /or one under a passphrase/,
    ],
    ['a key that everybody can read', () => chmodSync(files.key, 0o644), /chmod o-rwx/],
    ['the key of another', async () => put({ key: (await company.issue([host])).key }), /is not the key of the certif/],
    ['one that has expired', async () => put(await company.issue([host], { from: -9, days: -1 })), /has expired/],
    ['one of later', async () => put(await company.issue([host], { from: 1 })), /is not valid yet/],
    ['one for clients', async () => put(await company.issue([host], { usage: 'clientAuth' })), /not meant for servers/],
    [
      'one for another name',
      async () => put(await company.issue(['graph.corp.example'])),
      /is not for login\.corp\.example, the name in every issuer \(SIGNET_PUBLIC_HOST\)/,
    ],
    [
      'two that do not follow each other',
      async () => {
        const [one, other] = [await company.issue([host]), await company.issue([host])]
        put({ ...one, cert: `${one.cert}${other.cert}` })
      },
      /do not follow each other/,
    ],
    [
      'a CA that did not sign it',
      async () => {
        files.ca = join(folder, 'ca.pem')
        writeFileSync(files.ca, (await CompanyCa.make()).pem)
      },
      /SIGNET_TLS_CA_FILE holds no issuer/,
    ],
  ]

  it.each(faults)('stops the start with one line for %s (SEC-181)', async (_what, break_, words) => {
    await break_()
    const message = refusal()
    expect(message).toMatch(words)
    expect(message).not.toMatch(/\n|hunter2|BEGIN/)
  })
})

describe('files that change while the server runs', () => {
  it('are taken without a restart, and whoever presents them is told (SEC-177)', async () => {
    const certificate = open()
    const told = vi.fn()
    certificate.onChange(told)
    certificate.look()
    expect(told).not.toHaveBeenCalled()
    const next = await company.issue([host, 'graph.corp.example'])
    put(next)
    certificate.look()
    expect(told).toHaveBeenCalledOnce()
    expect(certificate.current.covers('graph.corp.example')).toBe(true)
    expect(certificate.current.key).toBe(next.key)
  })

  it('are left alone until they fit, and the fault is in the log once', async () => {
    const error = vi.spyOn(log, 'error')
    const certificate = open()
    const before = certificate.current
    const next = await company.issue([host])
    put({ cert: next.cert })
    certificate.look()
    certificate.look()
    expect(certificate.current).toBe(before)
    expect(error).toHaveBeenCalledOnce()
    put({ key: next.key })
    certificate.look()
    expect(certificate.current.key).toBe(next.key)
    error.mockRestore()
  })
})
