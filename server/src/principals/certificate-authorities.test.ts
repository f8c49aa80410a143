import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { promisify } from 'node:util'
import * as x509 from '@peculiar/x509'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { EnvelopeError } from '../platform/crypto/sealing.ts'
import { loopbackNames } from '../platform/service-names.ts'
import { CertificateAuthorities } from './certificate-authorities.ts'
import { leafOf } from './testing/issued-leaf.ts'

const run = promisify(execFile)
const yearMs = 365 * dayMs
const scopes = ['tls', 'agents', 'credentials'] as const
const serverNames = [...loopbackNames, 'signet.example', 'vault.example', '*.vault.example', '192.0.2.7']
let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const open = (names: readonly string[] = loopbackNames) => CertificateAuthorities.open({ ...stack, serverNames: names })
const inState = (scope: string, state: string, authorities = stack.authorities) =>
  authorities.list().filter((one) => one.scope === scope && one.state === state)

describe('the certificate authorities', () => {
  it('are one root and three issuing ones that sign leaves of one usage only (SEC-49)', () => {
    const root = new X509Certificate(stack.authorities.anchor.pem)
    const rows = stack.authorities.list()
    expect(rows.map(({ scope }) => scope).sort()).toEqual(['agents', 'credentials', 'root', 'tls'])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4)
    expect(root.ca).toBe(true)
  })

  it.each(scopes)(
    'confine the one for %s: path length 0, one usage, critical name constraints (SEC-49)',
    async (scope) => {
      const { chain } = await leafOf(stack.authorities, scope)
      const ca = new x509.X509Certificate(given(chain[1]))
      expect(ca.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: true, pathLength: 0, critical: true })
      expect(ca.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toHaveLength(1)
      expect(ca.getExtension('2.5.29.30')?.critical).toBe(true)
    },
  )

  it('are the same after a restart and are made once', async () => {
    const again = await open()
    expect(again.anchor.pem).toBe(stack.authorities.anchor.pem)
    expect(await rowsOf(stack, 'certificate_authorities')).toHaveLength(4)
    expect((await auditTrail(stack)).filter((action) => action === 'authority.ca_created')).toHaveLength(4)
  })

  it('do not open with the key of another one in their place (SEC-59)', async () => {
    await tamper(
      stack,
      "UPDATE certificate_authorities SET key_enc = (SELECT key_enc FROM certificate_authorities WHERE scope = 'tls') WHERE scope = 'agents'",
    )
    await expect(open()).rejects.toThrow(EnvelopeError)
  })

  it('do not open with a key in plain text (SEC-60)', async () => {
    await tamper(stack, "UPDATE certificate_authorities SET key_enc = x'3081' WHERE scope = 'root'")
    await expect(open()).rejects.toThrow(EnvelopeError)
  })
})

/** What a TLS client says of a server with this chain; undefined when it is content. */
async function refusalOf(leaf: Awaited<ReturnType<typeof leafOf>>, host: string): Promise<string | undefined> {
  const server = createServer({ cert: leaf.chain.map(toPem).join(''), key: leaf.key }, (socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    return await new Promise((resolve) => {
      const servername = /^[\d.:]+$/.test(host) ? '' : host
      const socket = connect({ host: '127.0.0.1', port, servername, ca: stack.authorities.anchor.pem })
      // Node has no clock to set: what counts here are the names.
      socket.once('secureConnect', () => resolve(undefined))
      socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
      socket.once('close', () => resolve('closed'))
    })
  } finally {
    server.close()
  }
}

describe('name constraints of the CA for listeners (SEC-49)', () => {
  beforeEach(async () => {
    // Certificates are judged by clients with a clock of their own.
    stack.clock.advance(Date.now() - stack.clock.now())
  })

  it.each(serverNames.map((name) => name.replace('*', 'kv')))('let a client reach %s', async (host) => {
    const leaf = await leafOf(await open(serverNames), 'tls', serverNames)
    // The name in the certificate is compared with that of the address only for IP hosts; those connect as 127.0.0.1.
    expect(await refusalOf(leaf, host)).toBeUndefined()
  })

  it.each([
    ['another name', ['evil.example']],
    ['another address', ['198.51.100.1', '127.0.0.1']],
    ['a name beside one of ours', ['localhost', 'evilsignet.example']],
  ])('let no client accept %s', async (_what, names) => {
    const leaf = await leafOf(await open(serverNames), 'tls', names)
    // What Node calls "permitted subtree violation".
    expect(await refusalOf(leaf, 'localhost')).toBe('UNSPECIFIED')
  })

  it('let no client accept a server certificate of the CA for agents or credentials', async () => {
    for (const scope of ['agents', 'credentials'] as const) {
      const leaf = await leafOf(stack.authorities, scope, ['localhost'])
      expect(await refusalOf(leaf, 'localhost')).toBeDefined()
    }
  })

  it('and the leaves of every CA satisfy OpenSSL', async () => {
    const authorities = await open(serverNames)
    for (const scope of scopes) {
      const { chain } = await leafOf(authorities, scope, scope === 'tls' ? serverNames : undefined)
      const [leaf, issuing, root] = ['leaf', 'issuing', 'root'].map((name) => join(stack.folder, `${name}.pem`))
      for (const [index, file] of [leaf, issuing, root].entries())
        writeFileSync(given(file), toPem(given(chain[index])))
      const purpose = scope === 'tls' ? 'sslserver' : 'sslclient'
      const files = [given(root), '-untrusted', given(issuing), given(leaf)]
      const { stdout } = await run('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', ...files])
      expect(stdout).toContain('OK')
    }
  })

  it('have another CA made at a start with names that it may not sign for, and not at one with fewer', async () => {
    const [before] = inState('tls', 'active')
    const authorities = await open(serverNames)
    expect(inState('tls', 'active', authorities)[0]?.id).not.toBe(before?.id)
    expect(inState('tls', 'retiring', authorities).map(({ id }) => id)).toEqual([])
    const again = await open()
    expect(inState('tls', 'active', again)).toEqual(inState('tls', 'active', authorities))
  })
})

/** Whether a chain leads from its leaf to something trusted, at this instant. */
function isTrusted(chain: readonly Buffer[], trustedPem: string, now: number): boolean {
  const trusted = trustedPem.split(/(?<=-----END CERTIFICATE-----\n)/).filter((pem) => pem.trim() !== '')
  const anchors = new Set(trusted.map((pem) => new X509Certificate(pem).fingerprint256))
  const path = chain.map((der) => new X509Certificate(der))
  const anchor = path.findIndex((one) => anchors.has(one.fingerprint256))
  return (
    anchor > 0 &&
    path.slice(0, anchor + 1).every((one, index) => {
      const issuer = path[index + 1] ?? one
      const isSigned = index === anchor || (one.checkIssued(issuer) && one.verify(issuer.publicKey))
      return isSigned && one.validFromDate.getTime() <= now && now < one.validToDate.getTime()
    })
  )
}

describe('issuing CAs (SEC-51)', () => {
  it('roll for eight years: who trusts the root, or what it was told 30 days ago, accepts every listener', async () => {
    const { authorities, clock } = stack
    const { pem } = authorities.anchor
    const signers = new Set<string>()
    let told = authorities.serverCas.replace(pem, '')
    for (let month = 0; month < 98; month += 1) {
      const { issued, chain } = await leafOf(authorities, 'tls', [...loopbackNames])
      signers.add(issued.authorityId)
      expect(isTrusted(chain, pem, clock.now())).toBe(true)
      expect(isTrusted(chain, told, clock.now())).toBe(true)
      told = authorities.serverCas.replace(pem, '')
      clock.advance(30 * dayMs)
      await authorities.roll()
      expect(inState('tls', 'active')).toHaveLength(1)
    }
    expect(signers.size).toBe(3)
  })

  it('have the next one from half life, which signs from five sixths', async () => {
    const { authorities, clock } = stack
    await leafOf(authorities, 'agents', undefined, 2_000)
    clock.advance(2.5 * yearMs - hourMs)
    await authorities.roll()
    expect(inState('agents', 'prepared')).toEqual([])
    clock.advance(hourMs)
    await authorities.roll()
    const [prepared] = inState('agents', 'prepared')
    expect(authorities.serverCas.match(/BEGIN/g)).toHaveLength(3)
    clock.advance((5 / 6) * 5 * yearMs - 2.5 * yearMs - hourMs)
    await authorities.roll()
    expect(inState('agents', 'prepared')).toEqual([prepared])
    clock.advance(hourMs)
    await authorities.roll()
    expect(inState('agents', 'active')[0]?.id).toBe(prepared?.id)
    expect(inState('agents', 'retiring')).toHaveLength(1)
  })

  it('keep the old one trusted until its last leaf has ended, and no longer', async () => {
    const { authorities, clock } = stack
    const [old] = inState('tls', 'active')
    const { issued, chain } = await leafOf(authorities, 'tls', ['localhost'], 90)
    await authorities.rotateNow(contextOf(), given(old).id, 'the room was open')
    clock.advance(issued.notAfter - clock.now() - 1)
    await authorities.roll()
    expect(inState('tls', 'retiring').map(({ id }) => id)).toEqual([old?.id])
    expect(isTrusted(chain, authorities.serverCas, clock.now())).toBe(true)
    clock.advance(2 * dayMs)
    await authorities.roll()
    expect(inState('tls', 'retiring')).toEqual([])
    expect(authorities.serverCas).not.toContain(toPem(given(chain[1])))
    expect(await auditTrail(stack)).toContain('authority.ca_retired')
  })

  it('sign nothing that outlives them (SEC-50)', async () => {
    const { issued } = await leafOf(stack.authorities, 'credentials', undefined, 4_000)
    expect(issued.notAfter).toBe(inState('credentials', 'active')[0]?.notAfter)
  })

  it('catch up after a server was off past the end of every one of them', async () => {
    stack.clock.advance(6 * yearMs)
    const authorities = await open()
    for (const scope of scopes) {
      const { chain } = await leafOf(authorities, scope)
      expect(isTrusted(chain, authorities.anchor.pem, stack.clock.now())).toBe(true)
    }
  })

  it('are made once by two servers at once, each step on record once', async () => {
    const other = await open()
    stack.clock.advance(2.6 * yearMs)
    await Promise.all([stack.authorities.roll(), other.roll(), stack.authorities.roll()])
    stack.clock.advance(2 * yearMs)
    await Promise.all([other.roll(), stack.authorities.roll()])
    await Promise.all([other.roll(), stack.authorities.roll()])
    expect(other.list()).toEqual(stack.authorities.list())
    const trail = await auditTrail(stack)
    const times = (action: string) => trail.filter((one) => one === `authority.ca_${action}`).length
    expect([times('prepared'), times('activated'), times('retiring')]).toEqual([3, 3, 3])
  })

  it('change in one transaction with the record of it: what fails in the middle is as if it had not begun', async () => {
    const { authorities, clock } = stack
    clock.advance(2.6 * yearMs)
    await tamper(stack, 'ALTER TABLE audit_events RENAME TO elsewhere')
    await expect(authorities.roll()).rejects.toThrow()
    await tamper(stack, 'ALTER TABLE elsewhere RENAME TO audit_events')
    expect(await rowsOf(stack, 'certificate_authorities')).toHaveLength(4)
    await authorities.roll()
    expect(await rowsOf(stack, 'certificate_authorities')).toHaveLength(7)
  })
})

describe('a CA that is rotated now', () => {
  it('signs no more from then on; the next one does, and its record says who and why', async () => {
    const { authorities } = stack
    const [old] = inState('credentials', 'active')
    const done = await authorities.rotateNow(contextOf(), given(old).id, 'audit of the year')
    expect([done.retiring.state, done.active.state]).toEqual(['retiring', 'active'])
    const { issued } = await leafOf(authorities, 'credentials')
    expect(issued.authorityId).toBe(done.active.id)
    const events = await rowsOf(stack, 'audit_events')
    expect(events.find(({ action }) => action === 'authority.ca_retiring')).toMatchObject({
      reason: 'audit of the year',
    })
  })

  it('is rotated once by two operators at once', async () => {
    const [old] = inState('agents', 'active')
    const both = [1, 2].map(() => stack.authorities.rotateNow(contextOf(), given(old).id, undefined))
    const results = await Promise.allSettled(both)
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(inState('agents', 'retiring')).toHaveLength(1)
  })
})
