import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt } from 'jose'
import { ApplicationStack, type Proof } from '../application-stack.ts'
import { javaScriptProgram } from '../client-programs.ts'

const audience = 'https://storage.azure.com'
const program = fileURLToPath(new URL('../workloads/protected-api.ts', import.meta.url))
const proof: Proof = {
  ...{ program: javaScriptProgram, client: 'oauth4webapi client_secret_basic', way: 'secret', kind: 'secret' },
  variables: { SCOPE: `${audience}/.default` },
}

let stack: ApplicationStack
let api: ChildProcess
let url: string

test.beforeAll(async () => {
  stack = await ApplicationStack.open()
  const { SIGNET_AUTHORITY: AUTHORITY = '', TENANT = '', PATH = '', NODE_EXTRA_CA_CERTS = '' } = stack.variables
  api = spawn(process.execPath, [program], {
    env: { AUTHORITY, TENANT, AUDIENCE: audience, PATH, NODE_EXTRA_CA_CERTS },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!api.stdout) throw new Error('no output')
  for await (const line of createInterface(api.stdout)) {
    url = `http://127.0.0.1:${line}/`
    break
  }
  // It refuses everybody until it knows what is revoked.
  await expect.poll(async () => (await fetch(url)).status).toBe(401)
})
test.afterAll(async () => {
  api.kill()
  rmSync(fileURLToPath(new URL(`../node_modules/.cache/signet-bearer-${api.pid}.mjs`, import.meta.url)), {
    force: true,
  })
  await stack.close()
})

async function fresh(): Promise<string> {
  const { token = '', error } = await stack.ask(proof)
  expect(error).toBeUndefined()
  return token
}

const call = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } })
const own = () => `/applications/${stack.application.principalId}`

test('a service with the documented middleware knows within a second whose tokens were taken back', async () => {
  const { admin } = stack.stack
  const token = await fresh()
  expect(await (await call(token)).json()).toEqual({ oid: stack.application.principalId })

  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    await admin('POST', `${own()}/pause`, {})
    const pausedAt = performance.now()
    await expect.poll(async () => (await call(token)).status, { intervals: [10], timeout: 5_000 }).toBe(401)
    times.push(performance.now() - pausedAt)
    const refusal = await call(token)
    expect(refusal.headers.get('www-authenticate')).toMatch(/error="insufficient_claims", claims="[\w+/=]+"$/)
    await admin('POST', `${own()}/resume`, {})
    await expect.poll(async () => (await call(token)).status, { intervals: [10], timeout: 5_000 }).toBe(200)
  }
  console.log(`refused after a pause: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}`)
})

test('one token is taken back by its uti, and others of its client go on', async () => {
  const [one, other] = [await fresh(), await fresh()]
  await stack.stack.admin('POST', `/tokens/${String(decodeJwt(one)['uti'])}/revocation`, { reason: 'in a ticket' })
  await expect.poll(async () => (await call(one)).status, { intervals: [10], timeout: 5_000 }).toBe(401)
  expect((await call(other)).status).toBe(200)
  await stack.stack.admin('POST', `/identities/${stack.application.principalId}/token-revocation`, {})
  await expect.poll(async () => (await call(other)).status, { intervals: [10], timeout: 5_000 }).toBe(401)
  expect((await call(await fresh())).status).toBe(200)
})

test('nothing else passes it: no token, another audience, a token that was changed', async () => {
  const good = await fresh()
  const [head, body, signature] = good.split('.')
  const elsewhere = (await stack.ask({ ...proof, variables: {} })).token ?? ''
  const bad = [
    '',
    'x',
    `${head}.${body}.`,
    `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
    elsewhere,
  ]
  for (const token of bad) expect((await call(token)).status, token).toBe(401)
})

const introspect = fileURLToPath(new URL('../workloads/introspect.ts', import.meta.url))

for (const client of ['openid-client client_secret_post', 'oauth4webapi client_secret_basic']) {
  test(`a service learns by introspection whether a token for it is good, with ${client} (RFC 7662)`, async () => {
    const { admin } = stack.stack
    const uri = `api://${stack.application.clientId}`
    const { items } = await admin<{ items: { uri: string }[] }>('GET', '/audiences?limit=200')
    if (!items.some((each) => each.uri === uri)) await admin('POST', '/audiences', { uri, name: 'Billing' })
    const ask = async (token: string, more: Record<string, string> = {}) => {
      const env = { ...stack.variables, CLIENT: client, TOKEN: token, ...more }
      const { stdout } = await promisify(execFile)(process.execPath, [introspect], { env, timeout: 60_000 })
      return JSON.parse(stdout) as Record<string, unknown>
    }
    const token = (await stack.ask({ ...proof, variables: { SCOPE: `${uri}/.default` } })).token ?? ''
    const { clientId, principalId } = stack.application
    expect(await ask(token)).toMatchObject({ active: true, client_id: clientId, oid: principalId, aud: uri })
    expect(await ask(await fresh())).toEqual({ active: false })
    expect(await ask('not-a-token')).toEqual({ active: false })
    expect(await ask(token, { SECRET: 'guessed' })).toHaveProperty('error')
    await admin('POST', `/tokens/${String(decodeJwt(token)['uti'])}/revocation`, { reason: 'in a ticket' })
    expect(await ask(token)).toEqual({ active: false })
  })
}
