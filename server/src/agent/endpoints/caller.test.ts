import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readyAgent } from '../testing/test-stand.ts'
import { peerSocketOf, processOf } from './caller.ts'
import { CallerPolicy } from './caller-policy.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const nobody = 65_534

async function listening(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  undo.push(() => server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { server, port: address.port }
}

/** A program of another kind and, where that can be had, of another user, which holds a connection open. */
function hold(port: number, uid?: number): ChildProcess {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; read -r line <&3`
  const child = spawn('bash', ['-c', script], { ...(uid !== undefined && { uid }), stdio: 'ignore' })
  undo.push(() => child.kill('SIGKILL'))
  return child
}

describe.skipIf(!isLinux)(`a caller${isLinux ? '' : ' (skipped: only Linux tells)'}`, () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
  ])('is found by the connection: at %s, by way of %s (SEC-101)', async (bind, host) => {
    const { server, port } = await listening(bind)
    const arrived = once(server, 'connection') as Promise<[Socket]>
    const client = connect(port, host)
    undo.push(() => client.destroy())
    const [socket] = await arrived
    undo.push(() => socket.destroy())
    const peer = peerSocketOf(socket)
    expect(peer?.uid).toBe(process.getuid?.())
    expect(peer && processOf(peer)?.pid).toBe(process.pid)
  })

  it.skipIf(!isRoot)('of another user is told from one of ours, with its program (SEC-101)', async () => {
    const { server, port } = await listening('127.0.0.1')
    const child = hold(port, nobody)
    const [socket] = (await once(server, 'connection')) as [Socket]
    undo.push(() => socket.destroy())
    const peer = peerSocketOf(socket)
    expect(peer?.uid).toBe(nobody)
    expect(peer && processOf(peer)).toMatchObject({ pid: child.pid, command: 'bash' })
  })

  it('that is gone is nobody, and is refused (SEC-101)', async () => {
    const { server, port } = await listening('127.0.0.1')
    const child = hold(port)
    const [socket] = (await once(server, 'connection')) as [Socket]
    const ends = { localAddress: '127.0.0.1', localPort: port, remoteAddress: '127.0.0.1', remotePort: 1 }
    expect(peerSocketOf(ends)).toBeUndefined()
    child.kill('SIGKILL')
    socket.destroy()
    const policy = CallerPolicy.of({ users: [1], units: ['x.service'] })
    expect(() => policy?.admit(socket)).toThrow(expect.objectContaining({ code: 'forbidden' }))
  })
})

describe.skipIf(!isLinux || !isRoot)(
  `a list of users${isLinux && isRoot ? '' : ' (skipped: only root on Linux can be several users)'}`,
  () => {
    const ask = (url: string, uid: number): Promise<string> => {
      const child = spawn('curl', ['-s', '-w', ' %{http_code}', '-H', 'Metadata: true', url], { uid })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      return once(child, 'close').then(() => text)
    }

    it('admits those on it and the agent itself, and nobody else, whatever they know (SEC-101)', async () => {
      const callers = { users: [nobody], units: undefined }
      const { stand, agent } = await readyAgent({ local: { callers } })
      undo.push(() => stand[Symbol.asyncDispose]())
      const url = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x`
      expect(await ask(url, nobody)).toMatch(/ 200$/)
      expect(await ask(url, 0)).toMatch(/ 200$/)
      expect(await ask(url, 12_345)).toMatch(/user 12345 may not ask.* 400$/)
    })
  },
)

it('leaves it open when nothing is listed', () => {
  expect(CallerPolicy.of({ users: undefined, units: undefined })).toBeUndefined()
})
