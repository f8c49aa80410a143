import { rmSync, statSync, writeFileSync } from 'node:fs'
import { type RequestListener, request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { listenOnSocket, socketPath } from './socket-listener.ts'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const served: RequestListener = (_request, response) => response.end('served')
const ask = (file: string, headers: string[] = ['Host', 'a']) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    request({ socketPath: socketPath(file), path: '/', headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
      .on('error', reject)
      .end()
  })

describe('a socket file', () => {
  it('opens to its owner alone and goes when it is closed (SEC-176)', async () => {
    const file = join(folder, 'console.sock')
    const close = await listenOnSocket('server', file, served)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await ask(file)).toEqual({ status: 200, text: 'served' })
    await close()
    await expect(ask(file)).rejects.toThrow()
  })

  it('that a dead process left is replaced', async () => {
    const file = join(folder, 'console.sock')
    writeFileSync(file, '')
    const close = await listenOnSocket('server', file, served)
    expect((await ask(file)).text).toBe('served')
    await close()
  })

  it('on which another process answers is left to it', async () => {
    const file = join(folder, 'console.sock')
    const close = await listenOnSocket('server', file, served)
    await expect(listenOnSocket('server', file, served)).rejects.toThrow('another Signet server runs')
    expect((await ask(file)).text).toBe('served')
    await close()
  })

  it('has the guard of the ports (SEC-157)', async () => {
    const file = join(folder, 'console.sock')
    const close = await listenOnSocket('server', file, served)
    expect((await ask(file, ['Host', 'a', 'Host', 'b'])).status).toBe(400)
    await close()
  })
})
