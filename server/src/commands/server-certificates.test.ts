import { execFile, spawnSync } from 'node:child_process'
import { createHash, type X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, openStack, type Stack } from '../../test/stack.ts'
import { ServerClient } from '../agent/server-client.ts'
import { fetchServerCa } from '../agent/server-trust.ts'
import { readConfig } from '../platform/config.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { servedNames } from '../platform/service-names.ts'
import { CertificateAuthorities } from '../principals/index.ts'
import { ServerCertificates } from './server-certificates.ts'

const run = promisify(execFile)
let stack: Stack
let authorities: CertificateAuthorities
let listener: Listener
let certificates: ServerCertificates

beforeEach(async () => {
  stack = await openStack()
  // Clients have a clock of their own.
  stack.clock.advance(Date.now() - stack.clock.now())
  const config = readConfig({ SIGNET_DATA_DIR: stack.dataDir })
  authorities = await CertificateAuthorities.open({ ...stack, serverNames: servedNames(config) })
  certificates = await ServerCertificates.make({ authorities, servicePort: { certificate: undefined } }, config)
  listener = await listen({
    ...{ name: 'services', setting: 'SIGNET_AUTHORITY_PORT', bind: '127.0.0.1', port: 0 },
    handler: (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    tls: { ...certificates.ofServices, minVersion: 'TLSv1.2' },
  })
  authorities.onChange(() => void renewed())
})
afterEach(async () => {
  await listener.close(0)
  await stack.close()
})

/** What the periodic task of the listeners does. */
async function renewed(): Promise<void> {
  await certificates.renew()
  listener.renew(certificates.ofServices)
}

/** One request of a client that trusts this and nothing else. @returns whether its connection was one that was open before */
function ask(agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port: listener.port, path: '/' }, (answer) => {
      answer.resume().once('end', () => resolve(sent.reusedSocket))
    })
    sent.once('error', reject).end()
  })
}

/** The chain that a new connection is shown. */
function presented(): Promise<X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: listener.port, ca: authorities.anchor.pem }, () => {
      const leaf = socket.getPeerX509Certificate()
      const issuing = leaf?.issuerCertificate
      socket.destroy()
      resolve([leaf, issuing].filter((one) => one !== undefined))
    })
    socket.once('error', reject)
  })
}

const tlsCa = () => given(authorities.list().find(({ scope, state }) => scope === 'tls' && state === 'active'))

describe('certificates of Signet’s own listeners', () => {
  it('are renewed without closing a connection, and reach every new one', async () => {
    const agent = new Agent({ keepAlive: true, ca: authorities.anchor.pem, maxCachedSessions: 0 })
    await ask(agent)
    const [before] = await presented()
    await renewed()
    expect(await ask(agent)).toBe(true)
    const [after] = await presented()
    expect(after?.serialNumber).not.toBe(before?.serialNumber)
    agent.destroy()
  })

  it('tell the end of each, for metrics and whoever asks (SEC-53)', async () => {
    const { notAfter } = tlsCa()
    expect(certificates.ends.map(({ listener: of, issuer }) => [of, issuer])).toEqual([
      ['agents', 'signet'],
      ['services', 'signet'],
    ])
    for (const end of certificates.ends) {
      expect(end.notAfter).toBeGreaterThan(stack.clock.now())
      expect(end.notAfter).toBeLessThan(notAfter)
    }
  })

  it('follow a roll of their CA at once: connections go on, and a client that trusts the root notices nothing (SEC-51)', async () => {
    const agent = new Agent({ keepAlive: true, ca: authorities.anchor.pem, maxCachedSessions: 0 })
    await ask(agent)
    const old = tlsCa()
    await authorities.rotateNow(contextOf(), old.id, undefined)
    await expect.poll(async () => (await presented())[0]?.issuer).toBe(`CN=${tlsCa().name}`)
    expect(tlsCa().id).not.toBe(old.id)
    expect(await ask(agent)).toBe(true)
    const fresh = new Agent({ ca: authorities.anchor.pem })
    expect(await ask(fresh)).toBe(false)
    agent.destroy()
  })

  it('are accepted by an agent that pinned the CA before, from what its state told it since (SEC-51)', async () => {
    const pinned = toPem(given((await presented())[1]).raw)
    const agentOf = (told: string | undefined) => {
      const client = new ServerClient({ serverUrl: `https://127.0.0.1:${listener.port}`, caPem: pinned })
      client.trust(told)
      return client
    }
    const reached = (client: ServerClient) =>
      client.stream(AbortSignal.timeout(20_000)).then(
        (answer) => answer.destroy() && true,
        () => false,
      )
    const ignorant = agentOf(undefined)
    expect(await reached(ignorant)).toBe(true)
    await authorities.rotateNow(contextOf(), tlsCa().id, undefined)
    await expect.poll(async () => (await presented())[0]?.issuer).toBe(`CN=${tlsCa().name}`)
    const told = agentOf(authorities.serverCas)
    expect([await reached(ignorant), await reached(told)]).toEqual([false, true])
    ignorant.close()
    told.close()
  })

  it('are accepted while one root hands over to the next: by whoever knows either, and by an agent that enrols (SEC-35, SEC-51)', async () => {
    const old = authorities.roots
    const root = given(authorities.list().find(({ scope }) => scope === 'root'))
    await authorities.rotateNow(contextOf(), root.id, undefined)
    const fresh = authorities.roots.replace(old, '')
    await authorities.rotateNow(contextOf(), tlsCa().id, undefined)
    await expect.poll(async () => (await presented())[0]?.issuer).toBe(`CN=${tlsCa().name}`)
    for (const ca of [old, fresh, authorities.roots]) {
      const agent = new Agent({ ca })
      expect(await ask(agent)).toBe(false)
      agent.destroy()
    }
    const pin = createHash('sha256').update(authorities.anchor.der).digest('hex')
    const pinned = await fetchServerCa(`https://127.0.0.1:${listener.port}`, pin, stack.clock)
    expect(pinned.trim()).toBe(old.trim())
  })

  const python = (url: string, ca: string) =>
    `import ssl, urllib.request as r; print(r.urlopen("${url}", context=ssl.create_default_context(cafile="${ca}")).read().decode())`
  const clients: [string, (url: string, ca: string) => string[]][] = [
    ['curl', (url, ca) => ['-sS', '--cacert', ca, url]],
    ['python3', (url, ca) => ['-c', python(url, ca)]],
  ]
  it.each(clients.filter(([program]) => spawnSync(program, ['--version']).status === 0))(
    'and their constrained CA are accepted by %s before and after a roll (SEC-49)',
    async (program, argumentsOf) => {
      const ca = join(stack.folder, 'ca.pem')
      writeFileSync(ca, authorities.anchor.pem)
      for (let round = 0; round < 2; round += 1) {
        const { stdout } = await run(program, argumentsOf(`https://localhost:${listener.port}/`, ca))
        expect(stdout.trim()).toBe('{}')
        await authorities.rotateNow(contextOf(), tlsCa().id, undefined)
        await expect.poll(async () => (await presented())[0]?.issuer).toBe(`CN=${tlsCa().name}`)
      }
    },
  )
})
