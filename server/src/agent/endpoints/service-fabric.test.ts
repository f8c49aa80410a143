import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { ManagedIdentityToken, NestedError } from '@signet/shared/wire/managed-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterAll(() => stand[Symbol.asyncDispose]())

const query = 'api-version=2019-07-01-preview&resource=https%3A%2F%2Fvault.test'
const secret = () => ({ Secret: agent.identityHeader.reveal() })

/** Over TLS that trusts the authority of the agent alone. */
function get(asked: string, headers: Record<string, string> = secret(), path?: string) {
  const url = new URL(agent.endpoints.urls['service-fabric'] ?? '')
  const ca = readFileSync(agent.endpoints.certificate?.caFile ?? '')
  return new Promise<{ status: number; json: Record<string, unknown>; certificate: X509Certificate | undefined }>(
    (resolve, reject) => {
      const options = {
        host: url.hostname,
        port: url.port,
        path: `${path ?? url.pathname}?${asked}`,
        headers,
        ca,
        agent: false,
      }
      const sent = request(options, (response) => {
        const chunks: Buffer[] = []
        const socket = response.socket
        const certificate = 'getPeerX509Certificate' in socket ? peerOf(socket) : undefined
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            json: JSON.parse(Buffer.concat(chunks).toString('utf8')),
            certificate,
          }),
        )
      })
      sent.on('error', reject)
      sent.end()
    },
  )
}

function peerOf(socket: { getPeerX509Certificate?: unknown }): X509Certificate | undefined {
  const found = typeof socket.getPeerX509Certificate === 'function' ? socket.getPeerX509Certificate() : undefined
  return found instanceof X509Certificate ? found : undefined
}

describe('a client', () => {
  it('is shown a certificate by which it can tell the endpoint: by chain, and by thumbprint', async () => {
    const { status, json, certificate } = await get(query)
    expect(status).toBe(200)
    expect(ManagedIdentityToken.parse(json).resource).toBe('https://vault.test')
    expect(certificate?.fingerprint.replaceAll(':', '')).toBe(agent.endpoints.certificate?.thumbprint)
    expect(agent.endpoints.certificate?.thumbprint).toMatch(/^[0-9A-F]{40}$/)
  })

  it('that names the token it was refused with gets another one, once in thirty seconds (SEC-107)', async () => {
    const first = String((await get(query)).json['access_token'])
    const named = `${query}&xms_cc=CP1&token_sha256_to_refresh=${createHash('sha256').update(first).digest('hex')}`
    const second = String((await get(named)).json['access_token'])
    expect(second).not.toBe(first)
    expect(String((await get(named)).json['access_token'])).toBe(second)
    expect(String((await get(query)).json['access_token'])).toBe(second)
  })

  it('that names another token gets the cached one (SEC-107)', async () => {
    const first = (await get(query)).json['access_token']
    for (const name of ['0'.repeat(64), '', 'x'.repeat(2_000)]) {
      expect((await get(`${query}&token_sha256_to_refresh=${name}`)).json['access_token']).toBe(first)
    }
  })

  it('finds an identity by the spelling of .NET too', async () => {
    const objectId = stand.server.principals[0]?.objectId
    expect((await get(`${query}&principalId=${objectId}`)).status).toBe(200)
  })
})

describe('refusals', () => {
  it.each<[string, number, string, () => ReturnType<typeof get>]>([
    ['no secret (SEC-95)', 401, 'SecretHeaderNotFound', () => get(query, {})],
    ['a wrong secret (SEC-95)', 401, 'SecretHeaderNotFound', () => get(query, { secret: 'x'.repeat(43) })],
    ['a foreign identity (SEC-103)', 400, 'ManagedIdentityNotFound', () => get(`${query}&client_id=x`)],
    ['no resource', 400, 'ArgumentNullOrEmpty', () => get('api-version=2019-07-01-preview')],
    ['another version', 400, 'invalid_request', () => get('api-version=2018-01-01&resource=x')],
    ['another path', 404, 'not_found', () => get(query, secret(), '/msi/token')],
  ])('are nested, with a correlation ID: %s', async (_title, expected, code, ask) => {
    const { status, json } = await ask()
    const { error } = NestedError.parse(json)
    expect([status, error.code, error.correlationId?.length]).toEqual([expected, code, 36])
  })

  it('reach nobody who speaks plain HTTP', async () => {
    const url = (agent.endpoints.urls['service-fabric'] ?? '').replace('https:', 'http:')
    await expect(call(`${url}?${query}`, [['secret', agent.identityHeader.reveal()]])).rejects.toThrow()
  })
})
