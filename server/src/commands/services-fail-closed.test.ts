import { request as httpsRequest } from 'node:https'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { CompanyCa } from '../../test/tls.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { byServiceName } from '../platform/http/service-router.ts'
import { certificateNames, ServiceDirectory, type ServiceNames } from '../platform/service-names.ts'

/**
 * The whole server under its names over real TLS, and every token that must open nothing there. All are made by whoever makes such
 * tokens in earnest; what only a forger could make is tried where keys are at hand (service-gate.test.ts).
 */
const names: ServiceNames = {
  authority: ['login.signet.test'],
  management: ['management.signet.test'],
  graph: ['graph.signet.test'],
  vault: ['vault.signet.test'],
}
const port = 7421

class Deployment {
  readonly dashboard: DashboardStand
  readonly #listener: Listener
  readonly #ca: string
  tenantId = ''

  private constructor(dashboard: DashboardStand, listener: Listener, ca: string) {
    this.dashboard = dashboard
    this.#listener = listener
    this.#ca = ca
    this.tenantId = dashboard.server.tenantId
  }

  static async open(): Promise<Deployment> {
    const dashboard = await openDashboard()
    const { server } = dashboard
    const company = await CompanyCa.make()
    const tls = { ...(await company.issue(certificateNames(names))), minVersion: 'TLSv1.2' as const }
    const directory = new ServiceDirectory({ names, answersCloudNames: false, port })
    const services = { authority: server.authorityHandler, ...server.management, vault: server.vaultHandler }
    const where = { name: 'services', setting: 'none', bind: '127.0.0.1', port: 0 }
    const listener = await listen({ ...where, handler: byServiceName(directory, services), tls })
    return new Deployment(dashboard, listener, company.pem)
  }

  /** @param host the name of the service, by which the connection is opened too */
  ask(host: string, method: string, path: string, sent: { bearer?: string; form?: URLSearchParams } = {}) {
    const text = sent.form?.toString() ?? ''
    const headers = {
      host: `${host}:${port}`,
      ...(sent.bearer !== undefined && { authorization: `Bearer ${sent.bearer}` }),
      ...(sent.form && { 'content-type': 'application/x-www-form-urlencoded' }),
      'content-length': Buffer.byteLength(text),
    }
    const to = { host: '127.0.0.1', port: this.#listener.port, servername: host, ca: this.#ca, agent: false }
    return new Promise<{ status: number; challenge: string; text: string }>((resolve, reject) => {
      const call = httpsRequest({ ...to, method, path, headers }, (response) => {
        let answer = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk
        })
        response.on('end', () => {
          const challenge = response.headers['www-authenticate'] ?? ''
          resolve({ status: response.statusCode ?? 0, challenge, text: answer })
        })
      })
      call.on('error', reject)
      call.end(text)
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is for each test to say
  async admin(method: string, path: string, body?: unknown): Promise<any> {
    const { dashboard } = this
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const { status, text } = await dashboard.send({ method, path: `/api${path}`, headers: dashboard.headers, ...sent })
    expect(status, text).toBeLessThan(300)
    return JSON.parse(text)
  }

  async application(name: string): Promise<{ principalId: string; clientId: string; secret: string }> {
    const { principalId, clientId } = await this.admin('POST', '/applications', { name })
    const { value } = await this.admin('POST', `/applications/${principalId}/secrets`, { description: 'test' })
    return { principalId, clientId, secret: value }
  }

  async token(of: { clientId: string; secret: string }, resource: string): Promise<string> {
    const form = new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: of.clientId, client_secret: of.secret },
      scope: `${resource}/.default`,
    })
    const { text } = await this.ask('login.signet.test', 'POST', `/${this.tenantId}/oauth2/v2.0/token`, { form })
    const { access_token: token } = JSON.parse(text)
    expect(token, text).toMatch(/^ey/)
    return token
  }
}

const services = {
  'resource manager': {
    ...{ host: 'management.signet.test', audience: 'https://management.azure.com' },
    path: '/subscriptions?api-version=2022-12-01',
  },
  graph: {
    ...{ host: 'graph.signet.test', audience: 'https://graph.microsoft.com' },
    path: "/v1.0/servicePrincipals?$filter=appId%20eq%20'x'",
  },
  vault: { host: 'acme.vault.signet.test', audience: 'https://vault.azure.net', path: '/secrets/db?api-version=7.4' },
} as const
type Service = keyof typeof services

let here: Deployment
let elsewhere: Deployment
let app: Awaited<ReturnType<Deployment['application']>>
let subscription: string

beforeAll(async () => {
  ;[here, elsewhere] = [await Deployment.open(), await Deployment.open()]
  app = await here.application('billing')
  const vault = await here.admin('POST', '/vaults', { name: 'acme' })
  await here.admin('POST', '/vaults/acme/secrets/db/versions', { value: 'hunter2-sentinel' })
  subscription = vault.resourceId.split('/').slice(0, 3).join('/')
  const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  await here.admin('POST', '/role-assignments', {
    ...{ principalId: app.principalId, roleId: secretsOfficer, scope: vault.resourceId },
  })
  for (const { audience } of Object.values(services)) {
    const uri = `${audience}.evil.example`
    await here.admin('POST', '/audiences', { uri, name: uri, reason: 'what begins like one of ours' })
  }
}, 60_000)
afterAll(async () => {
  await here.dashboard.close()
  await elsewhere.dashboard.close()
})

const to = (service: Service, bearer?: string) => {
  const { host, path } = services[service]
  return here.ask(host, 'GET', path, bearer === undefined ? {} : { bearer })
}
const good = (service: Service) => here.token(app, services[service].audience)

/** Of other classes (SEC-84), each in its own form. */
const otherClasses: readonly [string, () => Promise<string> | string][] = [
  ['the session of an operator', () => cookieOf(here.dashboard.headers)],
  [
    'a join token',
    async () => {
      const { id } = await here.admin('POST', '/instances', { name: `web-${made++}`, kind: 'vm' })
      return (await here.admin('POST', `/instances/${id}/join-tokens`, {})).token
    },
  ],
  ['the secret of a client', () => app.secret],
  [
    'the token of a page',
    async () => {
      for (const name of [`page-${made++}`, `page-${made++}`])
        await here.admin('POST', '/instances', { name, kind: 'vm' })
      return (await here.admin('GET', '/instances?limit=1')).nextCursor
    },
  ],
  [
    'a backup of a secret',
    async () => {
      const backup = '/secrets/db/backup?api-version=7.4'
      const { text } = await here.ask(services.vault.host, 'POST', backup, { bearer: await good('vault') })
      return JSON.parse(text).value
    },
  ],
]
let made = 0

function cookieOf(headers: readonly (readonly [string, string])[]): string {
  return headers.find(([name]) => name === 'Cookie')?.[1].split('=')[1] ?? ''
}

async function expectRefused(service: Service, bearer: string | undefined): Promise<void> {
  const { status, challenge, text } = await to(service, bearer)
  expect([status, challenge.split(' ')[0]], text).toEqual([401, 'Bearer'])
  expect(challenge).toContain(`https://`)
  expect(Object.keys(JSON.parse(text))).toEqual(['error'])
  expect(text).not.toContain('hunter2')
}

describe.each(Object.keys(services) as Service[])('the %s', (service) => {
  let token: string
  beforeEach(async () => {
    token = await good(service)
  })

  const expectClosed = (bearer: string | undefined) => expectRefused(service, bearer)

  it('takes the token that is for it, so that every refusal below has its own reason', async () => {
    expect((await to(service, token)).status).toBe(200)
  })

  it.each<[string, () => Promise<string> | string | undefined]>([
    ['no token', () => undefined],
    ['any bearer', () => 'let-me-in'],
    ['an unsigned token', () => `${token.split('.').slice(0, 2).join('.')}.`],
    [
      'a signature of another token',
      async () => {
        const other = await good(service)
        return [...token.split('.').slice(0, 2), other.split('.')[2]].join('.')
      },
    ],
    [
      'the token of another deployment',
      async () => elsewhere.token(await elsewhere.application(`foreign-${made++}`), services[service].audience),
    ],
    ['an audience that begins like it', () => here.token(app, `${services[service].audience}.evil.example`)],
  ])('is closed to %s (SEC-82, SEC-85, SEC-86)', async (_what, make) => {
    await expectClosed(await make())
  })

  it.each((Object.keys(services) as Service[]).filter((each) => each !== service))(
    'is closed to the token for the %s (SEC-82)',
    async (other) => {
      await expectClosed(await good(other))
    },
  )

  it.each(otherClasses)('is closed to %s (SEC-84)', async (_what, make) => {
    const bearer = await make()
    expect(bearer).toMatch(/^[\x21-\x7e]{20,}$/)
    await expectClosed(bearer)
  })

  it('is closed to a token while its principal is paused (SEC-45)', async () => {
    await here.admin('POST', `/applications/${app.principalId}/pause`, { reason: 'test' })
    await expectClosed(token)
    expect((await to(service, token)).challenge).toContain('error="insufficient_claims"')
    await here.admin('POST', `/applications/${app.principalId}/resume`, { reason: 'test' })
    expect((await to(service, token)).status).toBe(200)
  })
})

describe('a good token without a role', () => {
  it('is 403 at the vault and at the resource manager, without a challenge and without a word of what is there', async () => {
    const stranger = await here.application('stranger')
    const tried = [
      ['vault', '/secrets/db?api-version=7.4'],
      ['vault', '/secrets/nothing-there?api-version=7.4'],
      ['resource manager', `${subscription}/resourceGroups/default?api-version=2024-11-01`],
      ['resource manager', `${subscription}/resourceGroups/nothing-there?api-version=2024-11-01`],
    ] as const
    for (const [service, path] of tried) {
      const bearer = await here.token(stranger, services[service].audience)
      const { status, challenge, text } = await here.ask(services[service].host, 'GET', path, { bearer })
      expect([status, challenge], text).toEqual([403, ''])
      expect(text).not.toContain('hunter2')
    }
  })
})

describe('a token whose time is over', () => {
  it('opens none of them any more (SEC-85)', async () => {
    const all = Object.keys(services) as Service[]
    const tokens = await Promise.all(all.map(good))
    // The session of the operator ends with it, which is why this comes last.
    here.dashboard.clock.advance(61 * minuteMs)
    for (const [index, service] of all.entries()) await expectRefused(service, tokens[index])
  })
})
