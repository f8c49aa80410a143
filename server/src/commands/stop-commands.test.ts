import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { revocationsApi } from '@signet/shared/api/revocations'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const patience = { timeout: 20 * secondMs, interval: 100 }

let stand: AgentStand
beforeAll(async () => {
  stand = await openAgentStand()
}, 60_000)
afterAll(() => stand.close())

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program as people start it. */
function signet(...words: string[]): Promise<Ended> {
  const env = { ...process.env, SIGNET_DATA_DIR: stand.config.dataDir }
  const child = spawn(process.execPath, [program, ...words], { env, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

const state = async () => {
  const { principalId } = stand
  return (await stand.client.call(revocationsApi.propagation, { params: { principalId } })).propagation
}
const isComplete = async () => (await state())?.state === 'complete'

async function localToken(): Promise<number> {
  const { imds } = stand.agent().endpoints.urls
  const query = 'api-version=2018-02-01&resource=https://vault.azure.net'
  return (await fetch(`${imds}/metadata/identity/oauth2/token?${query}`, { headers: { metadata: 'true' } })).status
}

describe('the kill switch, by the command line and a real agent (SEC-45)', () => {
  it('pauses an instance, is confirmed by its agent, and gives back', async () => {
    await expect.poll(localToken, patience).toBe(200)
    const { code, out } = await signet('instance', 'pause', 'web-01', '--reason', 'incident')
    expect([code, out]).toEqual([0, expect.stringContaining('In force on 1 server; 1 connected agents are told.')])
    await expect.poll(isComplete, patience).toBe(true)
    expect(await localToken()).toBe(400)
    expect((await signet('propagation', 'web-01')).out).toMatch(
      /^act +pause at .*\n(.*\n)*agents +1 of 1 have confirmed/,
    )
    expect((await signet('instance', 'resume', 'web-01')).code).toBe(0)
    expect((await signet('propagation', 'web-01')).out).toBe('Nothing was taken back, or it was given back.\n')
    await expect.poll(localToken, patience).toBe(200)
  }, 60_000)

  it('waits for an agent that is away, and is complete when it is back', async () => {
    await stand.agent().stop()
    await expect.poll(async () => (await signet('tokens', 'revoke', 'web-01')).out).toContain('0 connected agents')
    const waiting = await state()
    expect(waiting).toMatchObject({ act: 'revoke', agents: { done: 0, total: 1, waiting: [{ connected: false }] } })
    expect(waiting?.agents.waiting[0]?.instance?.name).toBe('web-01')
    await stand.startAgent()
    await expect.poll(isComplete, patience).toBe(true)
    await expect.poll(localToken, patience).toBe(200)
  }, 60_000)

  it('stops a whole resource group and gives it back, however often it is asked to', async () => {
    const paused = await signet('group', 'pause', 'DEFAULT')
    expect(paused.out).toMatch(/^default: 1 paused, 0 were so already\.\nIn force on 1 server; 1 connected agents/)
    expect((await signet('group', 'pause', 'default')).out).toMatch(/^default: 0 paused, 1 were so already\./)
    await expect.poll(localToken, patience).toBe(400)
    expect((await signet('group', 'show', 'default')).out).toMatch(/identities +1, 1 of them paused\npaused with it +1/)
    expect((await signet('group', 'resume', 'default')).out).toBe('default: 1 resumed, 0 were so already.\n')
    await expect.poll(localToken, patience).toBe(200)
  }, 60_000)

  it('is refused in one line where there is nothing to stop', async () => {
    for (const [words, said] of [
      [['group', 'pause', 'nowhere'], 'There is no resource group called nowhere.'],
      [['tokens', 'revoke-one', 'A'.repeat(22)], 'The token log holds no token of that uti.'],
      [['instance', 'pause', 'nobody'], 'There is no service instance called nobody.'],
    ] as const) {
      const { code, err } = await signet(...words)
      expect([code, err.trim().split('\n').length], err).toEqual([1, 1])
      expect(err).toContain(said)
    }
  }, 60_000)
})
