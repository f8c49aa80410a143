import { release } from 'node:os'
import type { BrowserContext } from '@playwright/test'
import { type Admin, accessOf, vaultsOf } from './lively-services.ts'
import { Stack } from './stack.ts'

/** What the addresses of the screens are made of. */
export interface Landmarks {
  /** An identity that works, one whose certificate has expired, one that is paused, one that was never on: by instance ID. */
  readonly healthy: string
  readonly failing: string
  readonly paused: string
  readonly off: string
  readonly run: string
  readonly failedRun: string
  /** Number of a token. */
  readonly uti: string
  readonly goodTrace: string
  readonly badTrace: string
  readonly job: string
  /** One that is through, one between two waves, and one that halted since an agent is away. */
  readonly rollout: string
  readonly runningRollout: string
  readonly haltedRollout: string
  readonly event: string
  /** A user-assigned identity and an application, by principal ID, and an audience with roles. */
  readonly identity: string
  readonly application: string
  readonly audience: string
  /** A role assignment of the identity, an own role that it has, and where an unmet wish of it is. */
  readonly assignment: string
  readonly ownRole: string
  readonly group: string
  /** A webhook that a test message waits for. */
  readonly webhook: string
  /** A vault by name, and the path of an earlier version of one of its secrets. */
  readonly vault: string
  readonly earlierVersion: string
}

interface Page<T> {
  readonly items: readonly T[]
}

interface Named {
  readonly id: string
  readonly name: string
}

interface Test {
  readonly id: string
  readonly outcome: string
}

/** Where to sign in at each of the two. */
interface Links {
  readonly demo: string
  readonly fresh: string
}

interface Policy {
  readonly id: string
  readonly lifetimeSeconds: number
  readonly rotateAt: number
  readonly overlapSeconds: number
  readonly keyAlgorithm: string
}

const daySeconds = 86_400
const vault = 'https://vault.azure.net'

/** The demo, with what an operator and a developer do on a day, and beside it a Signet that was just started the first time. */
export class LivelyStack {
  readonly #demo: Stack
  readonly #fresh: Stack
  readonly #links: Links
  readonly landmarks: Landmarks

  private constructor(demo: Stack, fresh: Stack, links: Links, landmarks: Landmarks) {
    this.#demo = demo
    this.#fresh = fresh
    this.#links = links
    this.landmarks = landmarks
  }

  static async open(): Promise<LivelyStack> {
    const [demo, fresh] = [await Stack.open(), await Stack.open()]
    try {
      const links = { demo: await demo.start('--demo'), fresh: await fresh.start() }
      const admin: Admin = (method, path, body) => demo.admin(method, path, body, 'demo/data')
      return new LivelyStack(demo, fresh, links, await live(admin))
    } catch (error) {
      await Promise.all([demo.close(), fresh.close()])
      throw error
    }
  }

  /** Signs a browser in as the administrator of one of the two. */
  async signIn(context: BrowserContext, place: 'demo' | 'fresh'): Promise<void> {
    const page = await context.newPage()
    await page.goto(this.#links[place])
    await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
    await page.close()
  }

  /** What screens say of this very machine, each with what they say of any: where the data lies, and the kernel. */
  get machineWords(): (readonly [string, string])[] {
    const usualFolder = '/var/lib/signet'
    return [
      [this.#demo.folder, usualFolder],
      [this.#fresh.folder, usualFolder],
      [release(), '6.12.0'],
    ]
  }

  /** A path of one of the two as an address. */
  address(path: string, place: 'demo' | 'fresh'): string {
    return new URL(path, this.#links[place]).href
  }

  /** Makes the only operator of the fresh one a person of that role: a second one cannot be made yet. */
  giveRole(role: 'admin' | 'viewer'): void {
    this.#fresh.writeRow('UPDATE operators SET role = ?', role)
  }

  /** As if the five minutes had passed for which a sign-in at the fresh one confirms who it is. */
  letConfirmationsLapse(): void {
    this.#fresh.writeRow('UPDATE operator_sessions SET step_up_at = NULL')
  }

  /** As another operator of the fresh one would, somewhere else: the overlap becomes an hour longer, or shorter again. */
  async changePolicyElsewhere(): Promise<void> {
    const { items } = await this.#fresh.admin<{ items: Policy[] }>('GET', '/rotation-policies')
    const [policy] = items
    if (policy === undefined) throw new Error('there is no default policy')
    const { lifetimeSeconds, rotateAt, keyAlgorithm } = policy
    const overlapSeconds = policy.overlapSeconds === daySeconds ? daySeconds + 3_600 : daySeconds
    const changed = { lifetimeSeconds, rotateAt, keyAlgorithm, overlapSeconds }
    await this.#fresh.admin('PUT', `/rotation-policies/${policy.id}`, { policy: changed })
  }

  async close(): Promise<void> {
    await Promise.all([this.#demo.close(), this.#fresh.close()])
  }
}

async function live(admin: Admin): Promise<Landmarks> {
  const connected = async () => (await admin<Page<Named>>('GET', '/instances?limit=200&filter=agent:connected')).items
  await until(async () => (await connected()).length >= 38)
  const { items } = await admin<Page<Named>>('GET', '/instances?limit=200')
  const id = (name: string) => items.find((instance) => instance.name === name)?.id ?? ''
  const [healthy, paused, off] = [id('web-01'), id('price-feed-03'), id('build-03')]
  const goodTrace = await test(admin, { instanceId: healthy, resource: vault, bypassCache: true })
  const badTrace = await test(admin, { instanceId: paused, resource: vault, bypassCache: true })
  const selection = { q: 'tag:team=data' }
  const tags = { set: { 'cost-centre': '4711' }, unset: [] }
  const job = await admin<Named>('POST', '/bulk', {
    list: 'instances',
    kind: 'tag',
    selection,
    tags,
    reason: 'cost report',
  })
  await until(async () => (await admin<{ state: string }>('GET', `/jobs/${job.id}`)).state === 'finished')
  const rollouts = await rolloutsOf(admin)
  const runs = (filter: string) =>
    admin<Page<Named>>('GET', `/rotations?limit=1&filter=${encodeURIComponent(filter)}`).then((page) => first(page))
  const events = await admin<Page<Named>>(
    'GET',
    `/audit?limit=1&filter=${encodeURIComponent('action:identity.paused')}`,
  )
  const tokens = await admin<Page<Named>>('GET', `/instances/${healthy}/tokens?limit=1&result=ok`)
  const principals = await principalsOf(admin, [healthy, id('web-02')])
  return {
    ...{ healthy, paused, off, failing: id('warehouse-scanner-02') },
    run: await runs('state:completed'),
    failedRun: await runs('state:failed'),
    uti: Buffer.from(first(tokens).replaceAll('-', ''), 'hex').toString('base64url'),
    ...{ goodTrace, badTrace, job: job.id, event: first(events) },
    ...rollouts,
    ...principals,
    ...(await accessOf(admin, principals.identity)),
    webhook: await webhookOf(admin),
    ...(await vaultsOf(admin, principals)),
  }
}

/** Three rollouts, each as far as it will go while somebody looks. */
async function rolloutsOf(admin: Admin) {
  const start = async (q: string, plan: object, reason: string) =>
    (await admin<Named>('POST', '/rollouts', { selection: { list: 'instances', q }, plan, reason })).id
  const waves = { waveSize: 2, pauseSeconds: 0, itemSeconds: 10 }
  const haltedRollout = await start('warehouse-scanner', waves, 'scanners were serviced')
  const rollout = await start('tag:team=data', waves, 'new certificate authority')
  const runningRollout = await start('kind:function', { ...waves, waveSize: 1, pauseSeconds: 3_600 }, 'new key policy')
  const stateOf = async (id: string) => (await admin<{ state: string }>('GET', `/rollouts/${id}`)).state
  await until(async () => (await stateOf(rollout)) !== 'running' && (await stateOf(haltedRollout)) !== 'running')
  return { rollout, runningRollout, haltedRollout }
}

interface Principal {
  readonly principalId: string
}

/** What is a resource of its own: an identity of two instances, an application, and an audience that gives the first a role. */
async function principalsOf(admin: Admin, instanceIds: readonly string[]) {
  const named = { name: 'orders-worker', resourceGroup: 'rg-shop' }
  await admin('POST', '/resource-groups', { name: named.resourceGroup })
  const { principalId: identity } = await admin<Principal>('POST', '/user-identities', named)
  await admin('POST', `/user-identities/${identity}/attach`, { instanceIds })
  const { principalId: application } = await admin<Principal>('POST', '/applications', { name: 'Release pipeline' })
  for (const principalId of [identity, application]) {
    await admin('POST', `/identities/${principalId}/federated-credentials`, {
      ...{ name: 'cluster', issuer: 'https://oidc.cluster.example/' },
      ...{ match: 'prefix', subject: 'system:serviceaccount:shop' },
    })
  }
  const roles = [{ value: 'Orders.Read', description: 'Reads orders' }]
  const service = { uri: 'api://orders', name: 'Orders', tokenVersion: 2, roles, assignmentRequired: true }
  const { id: audience } = await admin<Named>('POST', '/audiences', service)
  await admin('POST', `/audiences/${audience}/assignments`, { principalId: identity, role: 'Orders.Read' })
  return { identity, application, audience }
}

/** A receiver that is never reached: no name ends in `.invalid`. */
async function webhookOf(admin: Admin): Promise<string> {
  const wish = { name: 'Pager', url: 'https://pager.invalid/hook' }
  const { webhook } = await admin<{ webhook: Named }>('POST', '/webhooks', wish)
  await admin('POST', `/webhooks/${webhook.id}/test`, {})
  return webhook.id
}

/** @returns ID of the test, once it is over */
async function test(admin: Admin, request: object): Promise<string> {
  const { id } = await admin<Test>('POST', '/token-tests', request)
  await until(async () => (await admin<Test>('GET', `/token-tests/${id}`)).outcome !== 'running')
  return id
}

function first({ items: [item] }: Page<Named>): string {
  if (item === undefined) throw new Error('the demo lacks something that is to be shown')
  return item.id
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('the demo did not come to life')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
