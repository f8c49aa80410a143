import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { instanceId } from '../testing/test-server.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterAll(() => stand[Symbol.asyncDispose]())

const metadata = ['Metadata', 'true'] as const
/** The text as it is: not every answer is JSON. */
async function get(path: string, headers: readonly (readonly [string, string])[] = [metadata]) {
  const answer = await fetch(`${agent.endpoints.urls.imds}${path}`, {
    headers: headers.map(([name, value]) => [name, value]),
  })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

const version = 'api-version=2021-02-01'

describe('the documents of IMDS', () => {
  it('say what the instance is, with every name that clients read', async () => {
    const { status, text } = await get(`/metadata/instance?${version}`)
    const { compute, network } = JSON.parse(text)
    expect([status, network]).toEqual([200, { interface: [] }])
    expect(compute).toMatchObject({ name: 'vm1', vmId: instanceId, resourceId: '/x/vm1', tagsList: [], zone: '' })
    expect(compute.location).toMatch(/^[a-z0-9-]+$/)
  })

  it.each([
    ['/compute/name', 'vm1'],
    ['/compute/location', 'local'],
    ['//compute//vmId/', instanceId],
    ['', 'compute/\nnetwork/'],
    ['/network', 'interface/'],
  ])('give %s as text', async (path, expected) => {
    const answer = await get(`/metadata/instance${path}?${version}&format=text`)
    expect(answer).toEqual({ status: 200, type: 'text/plain; charset=utf-8', text: expected })
  })

  it('give a part as JSON, and a single value as text alone', async () => {
    expect(JSON.parse((await get(`/metadata/instance/compute?${version}`)).text)).toMatchObject({ name: 'vm1' })
    expect((await get(`/metadata/instance/compute/name?${version}`)).status).toBe(400)
  })

  it.each(['', '?api-version=1.0'])(
    'name the newest versions where theirs is missing or wrong ("%s")',
    async (query) => {
      const { status, text } = await get(`/metadata/instance/compute${query}`)
      expect([status, JSON.parse(text)['newest-versions'][0]]).toEqual([400, '2021-02-01'])
    },
  )

  it('list the versions', async () => {
    expect(JSON.parse((await get('/metadata/versions')).text).apiVersions).toContain('2018-02-01')
  })

  it.each(['/compute/__proto__', '/compute/constructor', '/compute/name/length', '/nothing', '/Compute'])(
    'answer 404 for %s',
    async (path) => {
      expect((await get(`/metadata/instance${path}?${version}&format=text`)).status).toBe(404)
    },
  )

  it.each(['/metadata/instance', '/metadata/instance/compute/name', '/metadata/versions', '/metadata/identity/info'])(
    'want the header for %s before anything else (SEC-95)',
    async (path) => {
      const { status, text } = await get(path, [])
      expect([status, JSON.parse(text).error_description]).toEqual([400, 'Required metadata header not specified'])
      const posted = await call(`${agent.endpoints.urls.imds}${path}`, [metadata], { method: 'POST' })
      expect(posted.status).toBe(405)
    },
  )
})
