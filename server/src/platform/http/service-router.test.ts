import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompanyCa } from '../../../test/tls.ts'
import { ServiceDirectory } from '../service-names.ts'
import { type Listener, listen } from './listener.ts'
import { byServiceName } from './service-router.ts'

let listener: Listener
let ca: string

const names = {
  ...{ authority: ['login.signet.test'], management: ['management.signet.test'] },
  ...{ graph: ['graph.signet.test'], vault: ['vault.signet.test'] },
}

beforeEach(async () => {
  const company = await CompanyCa.make()
  ca = company.pem
  const material = await company.issue(['login.signet.test'])
  const handler = byServiceName(new ServiceDirectory({ names, port: 7421, answersCloudNames: false }), {
    authority: (_request, response) => response.end('the authority'),
    vault: (_request, response) => response.end('a vault'),
    management: (_request, response) => response.end('the resource manager'),
    graph: (_request, response) => response.end('the graph'),
  })
  const where = { name: 'services', setting: 'SIGNET_AUTHORITY_PORT', bind: '127.0.0.1', port: 0 }
  listener = await listen({ ...where, handler, tls: { ...material, minVersion: 'TLSv1.2' } })
})
afterEach(() => listener.close(0))

/** What the server says to bytes that come over TLS, for a name in SNI or none. */
function say(bytes: string, servername = ''): Promise<{ head: string; status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port: listener.port, host: '127.0.0.1', ca, servername, checkServerIdentity: () => undefined },
      () => socket.write(bytes),
    )
    let text = ''
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n')
      resolve({ head, status: Number(head.split(' ')[1]), body })
    })
  })
}
const get = (host: string, servername?: string) =>
  say(`GET /subscriptions HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, servername)

describe('one port for all services', () => {
  it('leads a request to the service whose name it has, and to no other (SEC-180)', async () => {
    expect(await get('login.signet.test', 'login.signet.test')).toMatchObject({ status: 200, body: 'the authority' })
    const vault = await get('acme.vault.signet.test', 'acme.vault.signet.test')
    expect(vault).toMatchObject({ status: 200, body: 'a vault' })
    expect((await get('management.signet.test', 'management.signet.test')).body).toBe('the resource manager')
    expect((await get('graph.signet.test', 'graph.signet.test')).body).toBe('the graph')
  })

  it('tells browsers to stay with TLS under configured names, and under no others (SEC-163)', async () => {
    expect((await get('graph.signet.test')).head).toContain('Strict-Transport-Security: max-age=31536000')
    expect((await get('localhost')).head).not.toContain('Strict-Transport-Security')
  })
})

describe('a name that leads nowhere', () => {
  it.each(['evil.test', 'signet.test', '10.0.0.1', 'a.b.vault.signet.test'])('is 421: %s', async (host) => {
    const { status, body } = await get(host)
    expect(status).toBe(421)
    expect(JSON.parse(body)).toMatchObject({ code: 'misdirected', error: 'misdirected' })
    expect(body).not.toContain(host)
  })

  it.each(['user@login.signet.test', 'login.signet.test:70000', 'login.signet.test/x', '[::1', 'a b'])(
    'is 400 when it is no name at all: %s',
    async (host) => {
      expect((await get(host)).status).toBe(400)
    },
  )

  it('is 400 when it is not there, be it HTTP/1.0 or 1.1, and when it is there twice (SEC-157)', async () => {
    const requests = [
      'GET / HTTP/1.0\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost:\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: login.signet.test\r\nHost: graph.signet.test\r\n\r\n',
    ]
    for (const request of requests) expect((await say(request)).status).toBe(400)
  })

  it('is not looked for in the target: an absolute one is led by Host, as any other', async () => {
    const target = 'https://login.signet.test/x'
    const { body } = await say(`GET ${target} HTTP/1.1\r\nHost: graph.signet.test\r\nConnection: close\r\n\r\n`)
    expect(body).toBe('the graph')
  })
})

describe('a connection that was opened for one name', () => {
  it('is not taken for another service, whichever of the two asks (SEC-180)', async () => {
    expect((await get('login.signet.test', 'graph.signet.test')).status).toBe(421)
    expect((await get('management.signet.test', 'login.signet.test')).status).toBe(421)
    expect((await get('login.signet.test', 'evil.test')).status).toBe(421)
  })

  it('serves every name of the same service', async () => {
    expect((await get('localhost:7421', 'login.signet.test')).status).toBe(200)
    expect((await get('b.vault.signet.test', 'a.vault.signet.test')).body).toBe('a vault')
    expect((await get('login.signet.test', 'LOGIN.signet.test')).status).toBe(200)
  })

  it('serves HTTP/1.0 too, when that says which host it means', async () => {
    const { status, body } = await say('GET / HTTP/1.0\r\nHost: login.signet.test\r\n\r\n', 'login.signet.test')
    expect([status, body]).toEqual([200, 'the authority'])
  })
})
