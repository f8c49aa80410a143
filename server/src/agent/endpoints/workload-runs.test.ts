import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { socketPath } from '../../platform/http/socket-listener.ts'
import type { RunningAgent } from '../agent.ts'
import { agentFiles } from '../agent-folder.ts'
import { call, readyAgent, TestStand } from '../testing/test-stand.ts'
import { readEndpoints } from './identity-environment.ts'
import { WorkloadRun } from './workload-runs.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

async function ready() {
  const { stand, agent } = await readyAgent()
  undo.push(() => stand[Symbol.asyncDispose]())
  const begin = async () => {
    const run = await WorkloadRun.begin(stand.agentDir, systemClock)
    undo.push(() => run[Symbol.dispose]())
    return run
  }
  return { stand, agent, begin }
}

/** What a workload of the run is answered in each dialect that has a secret. */
async function statusOf(agent: RunningAgent, run: WorkloadRun): Promise<number> {
  const url = `${agent.endpoints.urls['app-service']}?api-version=2019-08-01&resource=https://vault.test`
  return (await call(url, [['X-IDENTITY-HEADER', run.identityHeader.reveal()]])).status
}

describe('a run of a workload (SEC-99)', () => {
  it('has a secret of its own, which is refused as soon as it ends', async () => {
    const { agent, begin } = await ready()
    const [one, other] = [await begin(), await begin()]
    expect(one.identityHeader.reveal()).toMatch(/^[\w-]{43}$/)
    expect(one.identityHeader.reveal()).not.toBe(other.identityHeader.reveal())
    expect([await statusOf(agent, one), await statusOf(agent, other)]).toEqual([200, 200])
    one[Symbol.dispose]()
    await expect.poll(() => statusOf(agent, one)).toBe(401)
    expect(await statusOf(agent, other)).toBe(200)
  })

  it('keeps its secret through a restart of the agent', async () => {
    const { stand, agent, begin } = await ready()
    const run = await begin()
    await agent.stop()
    const again = await stand.start()
    await expect.poll(() => statusOf(again, run), { timeout: 20_000 }).toBe(200)
  })

  it('begins where an agent runs, and nowhere else', async () => {
    const stand = await TestStand.open()
    undo.push(() => stand[Symbol.asyncDispose]())
    await expect(WorkloadRun.begin(stand.agentDir, systemClock)).rejects.toThrow(/no agent runs on/)
  })

  it('brings a secret of 256 bits, or is refused', async () => {
    const { stand } = await ready()
    const announce = (path: string, body: string) =>
      new Promise<number>((resolve, reject) => {
        const options = {
          socketPath: socketPath(agentFiles.runSocket(stand.agentDir)),
          path,
          method: 'POST',
          agent: false,
        }
        const headers = { 'content-type': 'application/json' }
        const sent = request({ ...options, headers }, (response) => resolve(response.resume().statusCode ?? 0))
        sent.on('error', reject)
        sent.end(body)
      })
    expect(await announce('/runs', '{"identityHeader":"short"}')).toBe(400)
    expect(await announce('/runs', 'nonsense')).toBe(400)
    expect(await announce('/', '{}')).toBe(404)
  })
})

it('a folder has one agent at a time, whose files another one leaves alone', async () => {
  const { stand, agent } = await ready()
  await expect(stand.start()).rejects.toThrow(/another Signet agent runs/)
  expect(readEndpoints(stand.agentDir)).toEqual(agent.endpoints)
})
