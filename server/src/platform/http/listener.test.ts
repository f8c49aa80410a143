import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Problem } from '@signet/shared/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { issueSelfSigned, toPem } from '../crypto/certificate.ts'
import { generatePrivateKey } from '../crypto/key-pair.ts'
import { type Listener, type ListenerOptions, listen, secureContextOf } from './listener.ts'

let listener: Listener | undefined

afterEach(async () => {
  await listener?.close(0)
  listener = undefined
})

async function open(options: Partial<ListenerOptions> = {}): Promise<Listener> {
  listener = await listen({
    name: 'test',
    setting: 'SIGNET_TEST_PORT',
    bind: '127.0.0.1',
    port: 0,
    handler: (_request, response) => response.end('served'),
    ...options,
  })
  return listener
}

const connect = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => resolve(socket)).on('error', reject)
  })

/** Everything the server says until it ends the connection. */
const whole = (socket: Socket) =>
  new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(text))
  })

async function raw(port: number, text: string): Promise<string> {
  const socket = await connect(port)
  socket.on('error', () => undefined)
  const answer = whole(socket)
  socket.write(text)
  return answer
}

describe('a request that is no HTTP, or could be read in two ways', () => {
  it.each([
    ['no request line', 'x\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['the same length twice', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxx'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n'],
    ['two authorizations', 'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAUTHORIZATION: y\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ])('with %s is 400 and ends its connection (SEC-157)', async (_what, text) => {
    const { port } = await open()
    const answer = await raw(port, text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).not.toContain('served')
  })

  it('gets a problem document that OAuth clients can read as well (SEC-156)', async () => {
    const { port } = await open()
    for (const text of ['x\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n']) {
      const [head = '', body = ''] = (await raw(port, text)).split('\r\n\r\n')
      const problem = Problem.parse(JSON.parse(body))
      expect(problem).toMatchObject({ code: 'invalid_request', status: 400 })
      expect(JSON.parse(body)).toMatchObject({ error: 'invalid_request', error_description: problem.detail })
      expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`)
      expect(head).toMatch(/X-Content-Type-Options: nosniff/)
    }
  })
})

describe('a listener', () => {
  it('closes connections of one address beyond their limit, and no others (SEC-157)', async () => {
    const { port } = await open({ mostConnectionsPerAddress: 2 })
    const [first, second] = [await connect(port), await connect(port)]
    const third = await connect(port)
    await new Promise((resolve) => third.once('close', resolve))
    first.destroy()
    await new Promise((resolve) => first.once('close', resolve))
    second.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(await whole(second)).toContain('served')
  })

  it('names the setting that moves it when its port is taken', async () => {
    const { port } = await open()
    const second = listen({
      name: 'second',
      setting: 'SIGNET_SECOND_PORT',
      bind: '127.0.0.1',
      port,
      handler: () => undefined,
    })
    await expect(second).rejects.toThrow(`port 127.0.0.1:${port} (second) is taken`)
    await expect(second).rejects.toThrow('SIGNET_SECOND_PORT')
  })

  it('lets a request under way finish and takes no further ones when it closes (SEC-147)', async () => {
    const finish = Promise.withResolvers<void>()
    const began = Promise.withResolvers<void>()
    const { port, close } = await open({
      handler: async (_request, response) => {
        began.resolve()
        await finish.promise
        response.end('served to the end')
      },
    })
    const socket = await connect(port)
    const answer = whole(socket)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await began.promise
    const closed = close()
    await expect(connect(port)).rejects.toThrow('ECONNREFUSED')
    finish.resolve()
    expect(await answer).toContain('served to the end')
    await closed
  })
})

describe('a listener with TLS', () => {
  const material = async (kind: 'p256' | 'rsa2048' = 'p256') => {
    const pkcs8 = await generatePrivateKey(kind)
    const der = await issueSelfSigned({
      commonName: 'test',
      privateKey: pkcs8,
      notBefore: Date.now() - 1_000,
      notAfter: Date.now() + 60_000,
    })
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    return { cert: toPem(der), key: String(key.export({ format: 'pem', type: 'pkcs8' })) }
  }
  const secure = (port: number, options: { maxVersion?: 'TLSv1.2'; ciphers?: string; servername?: string } = {}) =>
    new Promise<{ fingerprint: string; protocol: string | null; answer: string }>((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
        const facts = { fingerprint: socket.getPeerCertificate().fingerprint256, protocol: socket.getProtocol() }
        void whole(socket).then((answer) => resolve({ ...facts, answer }))
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      })
      socket.on('error', reject)
    })

  it('takes a new certificate without being opened again (SEC-177)', async () => {
    const { port, renew } = await open({ tls: { ...(await material()), minVersion: 'TLSv1.3' } })
    const before = await secure(port)
    renew(await material())
    const after = await secure(port)
    expect(after.fingerprint).not.toBe(before.fingerprint)
    expect(after.protocol).toBe('TLSv1.3')
  })

  it('refuses older versions than it was told to take (SEC-177)', async () => {
    const { port } = await open({ tls: { ...(await material()), minVersion: 'TLSv1.3' } })
    await expect(secure(port, { maxVersion: 'TLSv1.2' })).rejects.toThrow()
  })

  it('takes of TLS 1.2 only what has an ephemeral key and authenticated encryption, whatever certificate it presents (SEC-177)', async () => {
    const other = secureContextOf(await material('rsa2048'))
    const contextFor = (name: string) => (name === 'other.test' ? other : undefined)
    const { port } = await open({ tls: { ...(await material('rsa2048')), minVersion: 'TLSv1.2', contextFor } })
    for (const servername of ['a.test', 'other.test']) {
      const ask = (ciphers: string) => secure(port, { maxVersion: 'TLSv1.2', ciphers, servername })
      expect((await ask('ECDHE-RSA-AES128-GCM-SHA256')).answer).toContain('served')
      for (const weak of ['AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA256', 'DHE-RSA-AES256-GCM-SHA384']) {
        await expect(ask(weak)).rejects.toThrow()
      }
    }
  })

  it('presents another certificate to who asks for a name that has one', async () => {
    const contextFor = (name: string) => (name === 'other.test' ? other : undefined)
    const [first, second] = [await material(), await material()]
    const other = secureContextOf(second)
    const { port } = await open({ tls: { ...first, minVersion: 'TLSv1.2', contextFor } })
    const of = async (servername: string) => (await secure(port, { servername })).fingerprint
    expect(await of('other.test')).toBe(new X509Certificate(second.cert).fingerprint256)
    expect(await of('a.test')).toBe(new X509Certificate(first.cert).fingerprint256)
    expect(await of('')).toBe(new X509Certificate(first.cert).fingerprint256)
  })

  it('answers nothing to plain HTTP (SEC-178)', async () => {
    const { port } = await open({ tls: { ...(await material()), minVersion: 'TLSv1.2' } })
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('served')
  })

  it('tells browsers to stay with TLS when its name was configured, and only then (SEC-163)', async () => {
    const tls = { ...(await material()), minVersion: 'TLSv1.2' as const }
    const named = await open({ tls, strictTransport: true })
    expect((await secure(named.port)).answer).toContain(
      'Strict-Transport-Security: max-age=31536000; includeSubDomains',
    )
    await named.close(0)
    const unnamed = await open({ tls })
    expect((await secure(unnamed.port)).answer).not.toContain('Strict-Transport-Security')
  })
})
