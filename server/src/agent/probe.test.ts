import { randomUUID } from 'node:crypto'
import { LocalDialect, type ProbeRequest, type ProbeResult } from '@signet/shared/wire/agent-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { call, readyAgent, type TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function ready() {
  const { stand, agent } = await readyAgent()
  open = stand
  const { server, authority } = stand
  const run = async (wanted: Partial<ProbeRequest> = {}): Promise<ProbeResult> => {
    const probeId = wanted.probeId ?? randomUUID()
    const request: ProbeRequest = {
      probeId,
      instanceId: server.state().instances[0]?.id ?? fail('instance'),
      dialect: 'imds',
      resource: 'https://vault.test',
      bypassCache: false,
      selector: null,
      isolated: false,
      ...wanted,
    }
    server.send('probe', request)
    await until(() => server.probeResults.has(probeId))
    return server.probeResults.get(probeId) ?? fail('result')
  }
  return { stand, agent, server, authority, run }
}

function fail(what: string): never {
  throw new Error(`the test needs the ${what}`)
}

const outcomes = (result: ProbeResult) => result.steps.map((step) => `${step.name}:${step.status}`)

describe('a test of the dashboard', () => {
  it.each(LocalDialect.options)('reports every step of the real path (%s)', async (dialect) => {
    const { authority, run } = await ready()
    const first = await run({ dialect })
    expect(first.status).toBe(200)
    expect(first.accessToken).toMatch(/^ey/)
    expect(outcomes(first)).toEqual([
      'agent:ok',
      'local-endpoint:ok',
      'identity:ok',
      'cache:ok',
      'assertion:ok',
      'authority:ok',
    ])
    expect(first.steps.find((step) => step.name === 'authority')?.httpStatus).toBe(200)
    expect(outcomes(await run({ dialect }))).toContain('authority:skipped')
    expect(authority.calls).toHaveLength(1)
    expect(outcomes(await run({ dialect, bypassCache: true }))).toContain('authority:ok')
    expect(authority.calls).toHaveLength(2)
  })

  it.each([false, true])(
    'asks the authority under its own ID, so that its steps are found (isolated: %s)',
    async (isolated) => {
      const { authority, run } = await ready()
      const probeId = randomUUID()
      await run({ probeId, isolated })
      expect(authority.calls.map(({ headers }) => headers['client-request-id'])).toEqual([probeId])
    },
  )

  it('reports each step while the test runs: that it began, then how it ended', async () => {
    const { server, run } = await ready()
    const result = await run()
    const reported = server.probeReports.flatMap(({ steps }) => steps)
    const calls = reported.filter(({ step }) => step.name === 'authority').map(({ step }) => step.status)
    expect(calls).toContain('running')
    for (const { index, step } of reported) expect(result.steps[index]?.name).toBe(step.name)
    expect(result.steps.map((step) => step.status)).not.toContain('running')
  })

  it.each(LocalDialect.options)('shows each hop without token, assertion or secret (%s, SEC-171)', async (dialect) => {
    const { agent, run } = await ready()
    const result = await run({ dialect })
    const text = JSON.stringify(result.steps)
    expect(text).toContain('resource=https%3A%2F%2Fvault.test')
    expect(text).toContain('grant_type=client_credentials')
    for (const secret of [result.accessToken ?? fail('token'), agent.identityHeader.reveal()])
      expect(text).not.toContain(secret)
    expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+|Basic [\w-]{43}/)
  })

  it('shows the refusal of the authority as a workload gets it, to the byte', async () => {
    const { agent, authority, run } = await ready()
    authority.refusal = {
      status: 400,
      body: { error: 'invalid_resource', error_description: 'AADSTS500011: no such thing' },
    }
    const result = await run({ resource: 'https://x' })
    const url = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://x`
    const workload = await call(url, [['Metadata', 'true']])
    expect([result.status, result.errorBody]).toEqual([workload.status, workload.text])
    expect(result.headers?.['content-type']).toBe(workload.headers['content-type'])
    expect(result.accessToken).toBeNull()
    expect(result.steps.find((step) => step.name === 'authority')).toMatchObject({
      status: 'failed',
      httpStatus: 400,
      code: 'resource_unknown',
    })
  })

  it.each(['client_id', 'object_id', 'msi_res_id'] as const)(
    'sends a wrong %s as it is, and names the step that refuses it',
    async (name) => {
      const { run } = await ready()
      const result = await run({ selector: { name, value: randomUUID() } })
      expect(result.status).toBe(400)
      expect(result.steps.find((step) => step.name === 'identity')).toMatchObject({
        status: 'failed',
        code: 'identity_not_found',
      })
    },
  )

  it('names the code of a refusal that comes before any other step', async () => {
    const { run } = await ready()
    const result = await run({ resource: '' })
    expect(result.steps.findLast((step) => step.status === 'failed')).toMatchObject({
      name: 'local-endpoint',
      code: 'parameter_missing',
    })
  })
})

describe('an isolated test', () => {
  it('neither takes its token from the cache nor puts it there, so that no workload gets it', async () => {
    const { agent, authority, run } = await ready()
    const ask = async () => {
      const url = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.test`
      return String((await call(url, [['Metadata', 'true']])).json['access_token'])
    }
    const before = await ask()
    const isolated = await run({ isolated: true })
    expect(isolated.accessToken).not.toBe(before)
    expect(authority.calls).toHaveLength(2)
    expect(await ask()).toBe(before)
    expect(authority.calls).toHaveLength(2)
  })
})
