import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as x509 from '@peculiar/x509'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, type Stack } from '../../test/stack.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { newGuid } from '../platform/identifiers.ts'
import { RevocationLists } from './revocation-lists.ts'

const run = promisify(execFile)
let stack: Stack
let lists: RevocationLists
beforeEach(async () => {
  stack = await openStack()
  // OpenSSL has a clock of its own.
  stack.clock.advance(Date.now() - stack.clock.now())
  lists = new RevocationLists(stack)
})
afterEach(() => stack.close())

const ca = () =>
  given(stack.authorities.list().find(({ scope, state }) => scope === 'credentials' && state === 'active'))

describe('the revocation list of an issuing CA (SEC-52)', () => {
  it('names what was revoked, is signed by the CA, and makes OpenSSL refuse that certificate and no other', async () => {
    const gone = await identityOn(stack, 'web-01')
    const kept = await identityOn(stack, 'web-02')
    await stack.identities.turnOff(contextOf(), gone.instance.id)
    const der = await given(lists.of(ca().id))
    const crl = new x509.X509Crl(der)
    expect(crl.entries.map(({ serialNumber }) => serialNumber)).toEqual([gone.first.serial])
    const [issuing, root] = stack.authorities.chainOf(kept.first.certificate, 'credentials')
    expect(await crl.verify({ publicKey: new x509.X509Certificate(given(issuing)).publicKey })).toBe(true)
    const file = (name: string, text: string) => {
      writeFileSync(join(stack.folder, name), text)
      return join(stack.folder, name)
    }
    const pem = `-----BEGIN X509 CRL-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END X509 CRL-----\n`
    const options = [
      ...['-crl_check', '-CRLfile', file('list.pem', pem), '-CAfile', file('root.pem', toPem(given(root)))],
      ...['-untrusted', file('ca.pem', toPem(given(issuing)))],
    ]
    const verify = (certificate: Buffer) => run('openssl', ['verify', ...options, file('leaf.pem', toPem(certificate))])
    await expect(verify(kept.first.certificate)).resolves.toMatchObject({ stdout: expect.stringContaining('OK') })
    await expect(verify(gone.first.certificate)).rejects.toThrow(/certificate revoked/)
  })

  it('is made once a minute, however often it is asked for, and has what was revoked since then', async () => {
    const { instance, first } = await identityOn(stack, 'web-01')
    const before = await given(lists.of(ca().id))
    await stack.identities.turnOff(contextOf(), instance.id)
    expect(await lists.of(ca().id)).toBe(before)
    stack.clock.advance(minuteMs)
    const after = new x509.X509Crl(await given(lists.of(ca().id)))
    expect(after.findRevoked(first.serial)).not.toBeNull()
  })

  it('is served to anybody under the ID of the CA, and nothing else is', async () => {
    const server = createServer((request, response) => {
      if (!lists.answer(request, response, request.url ?? '')) response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const at = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pki/${path}`)
    const answer = await at(`${ca().id}.crl`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pkix-crl'])
    expect(new x509.X509Crl(await answer.arrayBuffer()).entries).toEqual([])
    const root = given(stack.authorities.list().find(({ scope }) => scope === 'root'))
    for (const path of [`${newGuid()}.crl`, `${root.id}.crl`, `${ca().id}`, '../x.crl']) {
      expect((await at(path)).status).toBe(404)
    }
    server.close()
  })
})
