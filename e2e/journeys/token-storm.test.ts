import { createPrivateKey, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose'
import { vault } from '../fresh-token.ts'
import { Stack } from '../stack.ts'
import { TokenLog } from '../token-log.ts'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
})
test.afterEach(() => stack.close())

const kills = 6
const inFlight = 32

/** Of the agent's folder, what is needed here. */
interface StoredCredential {
  readonly active: { readonly privateKey: string; readonly x5tS256: string }
}

interface Received {
  readonly token: string
  readonly claims: JWTPayload
}

interface Storm {
  /** Tokens of answers that arrived whole. */
  readonly received: Received[]
  /** Anything else that happened before the server was killed. */
  readonly faults: string[]
}

test('SEC-124: kill -9 amid concurrent token requests loses the record of no token that was received, and tears none', async () => {
  test.setTimeout(400_000)
  await stack.start()
  const name = (await stack.json<{ name: string }[]>('instance', 'list'))[0]?.name ?? ''
  const { identity } = await stack.json<{ identity: { clientId: string } }>('instance', 'on', name)
  const client = new Client(stack, identity.clientId)
  await stack.stop()

  await stack.spawn('serve', /"ready"/)
  const moments: string[] = []
  for (let round = 1; round <= kills; round += 1) {
    const delayMs = Math.round(Math.random() * 400)
    moments.push(`${delayMs} ms`)
    const { received, faults } = await stormUntilKilled(client, delayMs)
    const when = `killed this long after the first token: ${moments.join(', ')}`
    expect(faults, when).toEqual([])
    await stack.spawn('serve', /"ready"/)
    expectOnRecord(received, when)
  }
})

/** Keeps `inFlight` requests under way, kills the server so long after the first token arrived, and waits for all of them. */
async function stormUntilKilled(client: Client, delayMs: number): Promise<Storm> {
  const storm: Storm = { received: [], faults: [] }
  const first = Promise.withResolvers<void>()
  let isKilled = false
  const lane = async (): Promise<void> => {
    for (;;) {
      try {
        storm.received.push(receivedOf(await client.ask()))
        first.resolve()
      } catch (error) {
        if (!isKilled) storm.faults.push(String(error))
        return
      }
    }
  }
  const lanes = Promise.all(Array.from({ length: inFlight }, lane))
  await Promise.race([first.promise, lanes])
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  isKilled = true
  await stack.kill('serve')
  await lanes
  client.disconnect()
  return storm
}

function receivedOf(text: string): Received {
  const { access_token: token }: { access_token: string } = JSON.parse(text)
  return { token, claims: decodeJwt(token) }
}

/** Each of them has its row, with what the token says, and no batch of rows is there in part. */
function expectOnRecord(received: readonly Received[], when: string): void {
  const log = new TokenLog(stack)
  try {
    expect(log.integrity(), when).toBe('ok')
    expect(received.length, when).toBeGreaterThan(0)
    for (const { token, claims } of received) {
      expect(log.find(String(claims['uti'])), when).toEqual({
        outcome: 'ok',
        principal_id: claims['oid'],
        client_id: claims['appid'],
        audience: vault,
        kid: decodeProtectedHeader(token).kid,
        exp: claims.exp,
      })
    }
    const { logged, ...others } = log.counts()
    expect(others, when).toEqual({ spent: logged, usedByDay: logged, usedByHour: logged })
  } finally {
    log.close()
  }
}

/** Asks the authority as an agent does, with the certificate that the identity was given. */
class Client {
  readonly #tokenUrl: string
  readonly #clientId: string
  readonly #agent: Agent
  readonly #assertion: () => Promise<string>

  /** @param clientId of an identity that is on, the only one of this machine */
  constructor(stack: Stack, clientId: string) {
    const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '', SIGNET_CA_FILE = '' } = stack.clientVariables()
    const credentials = join(stack.folder, 'agent', 'credentials')
    const stored = readFileSync(join(credentials, readdirSync(credentials)[0] ?? ''), 'utf8')
    const { active }: StoredCredential = JSON.parse(stored)
    const key = createPrivateKey({ key: Buffer.from(active.privateKey, 'base64'), format: 'der', type: 'pkcs8' })
    const header = { alg: key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256', 'x5t#S256': active.x5tS256 }
    this.#tokenUrl = `${SIGNET_AUTHORITY}/${SIGNET_TENANT}/oauth2/v2.0/token`
    this.#clientId = clientId
    this.#agent = new Agent({ ca: readFileSync(SIGNET_CA_FILE), keepAlive: true })
    this.#assertion = () =>
      new SignJWT({ jti: randomUUID() })
        .setProtectedHeader(header)
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(`${SIGNET_AUTHORITY}/${SIGNET_TENANT}/v2.0`)
        .setNotBefore('0 s')
        .setExpirationTime('240 s')
        .sign(key)
  }

  /** @returns the body of the answer. @throws Error when it is no token, or does not arrive whole */
  async ask(): Promise<string> {
    const form = new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: this.#clientId, scope: `${vault}/.default` },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await this.#assertion(),
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return new Promise((resolve, reject) => {
      const call = request(this.#tokenUrl, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          if (response.complete && response.statusCode === 200) resolve(text)
          else reject(new Error(`${response.statusCode} ${text}`))
        })
      })
      call.on('error', reject)
      call.end(form.toString())
    })
  }

  /** Lets go of the connections. */
  disconnect(): void {
    this.#agent.destroy()
  }
}
