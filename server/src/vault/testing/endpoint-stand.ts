import { request as httpRequest } from 'node:http'
import { KeyVaultError } from '@signet/shared/wire/key-vault'
import { expect } from 'vitest'
import { contextOf } from '../../../test/stack.ts'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  type TestClient,
  tenantId,
} from '../../authority/testing/test-authority.ts'
import { listen } from '../../platform/http/listener.ts'
import { createLogger } from '../../platform/log.ts'
import { SampledLog } from '../../platform/sampled-log.ts'
import { SecretsEndpoint } from '../secrets-endpoint.ts'
import { openVaultStand, vaultUrl } from './vault-stand.ts'

export const v = 'api-version=7.4'

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface Asked {
  readonly host?: string
  readonly bearer?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type EndpointStand = Awaited<ReturnType<typeof openEndpointStand>>

/** The endpoint of vaults with the real authority, a vault `acme`, and a client that may do everything in it. */
export async function openEndpointStand() {
  const authority = await openTestAuthority({
    names: { audienceNames: new Map([[vaultUrl, 'https://vault.azure.net']]) },
  })
  /** Principals at scopes, lower case. */
  const allowed = new Set<string>()
  const stand = await openVaultStand({
    authorize: ({ principalId, scope }) => ({
      allowed: [...allowed].some((one) => `${principalId} ${scope}`.toLowerCase().startsWith(one)),
    }),
  })
  const logged: string[] = []
  const log = createLogger('debug', { write: (line) => void logged.push(line) })
  const endpoint = new SecretsEndpoint({
    ...{ gate: authority.authority.gate, vault: stand.vault, lists: stand.lists, authorityUrl, tenantId },
    ...{ domains: ['vault.signet.test', 'vault.azure.net'], clock: authority.clock },
    log: new SampledLog(log, authority.clock),
  })
  const where = { name: 'vaults', setting: 'none', bind: '127.0.0.1', port: 0 }
  const listener = await listen({ ...where, handler: endpoint.listener })
  await stand.vaults.create(contextOf(), { name: 'acme', resourceGroup: 'default' })
  const client = await addClient(authority)
  const { armId } = await stand.vaults.require('acme')
  allowed.add(`${client.principal.objectId} ${armId}`.toLowerCase())

  const tokenFor = async (resource: string, of: TestClient = client): Promise<string> => {
    const assertion = of.assertion(of.header(), of.claims(authority.clock.now()))
    const { body } = await askToken(authority, form(of, assertion, { scope: `${resource}/.default` }))
    return String(body['access_token'])
  }

  // Each costs a signature and a durable row: one is enough for whoever does not ask about tokens.
  let good: Promise<string> | undefined
  const goodToken = () => {
    good ??= tokenFor('https://vault.azure.net')
    return good
  }

  /** By node:http, since fetch sets the Host header by itself. With a good token unless another is given. */
  const ask = async (method: string, path: string, asked: Asked = {}): Promise<Answered> => {
    const { host = 'acme.vault.signet.test:7421', body, headers } = asked
    const bearer = asked.bearer === undefined ? await goodToken() : asked.bearer
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const all = {
      host,
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    }
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: listener.port, method, path, headers: all }
      const call = httpRequest(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8')
          const read: unknown = answer === '' ? {} : JSON.parse(answer)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answer,
            body: typeof read === 'object' && read !== null ? { ...read } : {},
          })
        })
      })
      call.on('error', reject)
      call.end(text)
    })
  }
  return {
    ...{ authority, stand, allowed, logged, client, tokenFor, ask },
    set: (name: string, value: string, more: object = {}) =>
      ask('PUT', `/secrets/${name}?${v}`, { body: { value, attributes: {}, ...more } }),
    close: async () => {
      await listener.close(0)
      await stand.close()
      await authority.close()
    },
  }
}

/** The documented body, and the challenge with a 401 and never without. */
export function expectRefusal(answer: Answered, status: number, code: string, inner?: string): void {
  const { error } = KeyVaultError.parse(answer.body)
  expect([answer.status, error.code, error.innererror?.code], answer.text).toEqual([status, code, inner])
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401)
}
