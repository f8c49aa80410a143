import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const workload = fileURLToPath(new URL('../workloads/azure-identity.ts', import.meta.url))

let stack: Stack
let name: string

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  name = instance?.name ?? ''
  await stack.signet('instance', 'on', name)
})
test.afterAll(() => stack.close())

/** A clean environment plus what the operator pasted. */
const pasted = (variables: Record<string, string | undefined>) => ({ PATH: process.env['PATH'] ?? '', ...variables })

async function tokens(variables: Record<string, string | undefined>): Promise<string[]> {
  const { stdout } = await run(process.execPath, [workload], { env: pasted(variables) })
  return stdout.trim().split('\n')
}

test('ManagedIdentityCredential and DefaultAzureCredential get tokens from IDENTITY_ENDPOINT', async () => {
  const { SIGNET_IDENTITY_ENDPOINT, SIGNET_IDENTITY_HEADER } = stack.clientVariables()
  const lines = await tokens({ IDENTITY_ENDPOINT: SIGNET_IDENTITY_ENDPOINT, IDENTITY_HEADER: SIGNET_IDENTITY_HEADER })
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['ok', 'ok'])
})

test('both get tokens from IMDS, and the token is what a relying party expects', async () => {
  const { SIGNET_IMDS_URL, SIGNET_AUTHORITY, SIGNET_TENANT, SIGNET_CA_FILE } = stack.clientVariables()
  const [managed, fallback] = await tokens({ AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL })
  expect(fallback).toMatch(/^ok /)
  const token = managed?.slice('ok '.length) ?? ''
  const instance = await stack.json<{ identity: { principalId: string; clientId: string } }>('instance', 'show', name)

  const ca = readFileSync(SIGNET_CA_FILE ?? '', 'utf8')
  const metadata = await getJson(`${SIGNET_AUTHORITY}/${SIGNET_TENANT}/.well-known/openid-configuration`, ca)
  const keys = await getJson(String(metadata['jwks_uri']), ca)
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
    issuer: String(metadata['issuer']),
    audience: 'https://vault.azure.net',
    algorithms: ['RS256'],
  })
  expect(payload).toMatchObject({
    oid: instance.identity.principalId,
    sub: instance.identity.principalId,
    appid: instance.identity.clientId,
    tid: SIGNET_TENANT,
    ver: '1.0',
    idtyp: 'app',
  })
})

test('curl with Metadata: true gets a token, without it 400 in JSON', async () => {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net`
  const { stdout } = await run('curl', ['-s', '-H', 'Metadata: true', url])
  const body = JSON.parse(stdout) as Record<string, string>
  expect(body['token_type']).toBe('Bearer')
  expect(decodeJwt(body['access_token'] ?? '').aud).toBe('https://vault.azure.net')
  const refused = await run('curl', ['-s', '-w', '\n%{http_code} %{content_type}', url])
  expect(refused.stdout).toMatch(/\n400 application\/json/)
})

function getJson(url: string, ca: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: new Agent({ ca }) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
    })
    call.on('error', reject)
    call.end()
  })
}
