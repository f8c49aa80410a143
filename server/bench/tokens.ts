import 'reflect-metadata'
import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import {
  ClientId,
  CredentialId,
  ObjectId,
  RunId,
  SlotId,
  TenantId,
  ThumbprintS256,
} from '@signet/shared/vocabulary/identifiers'
import { jwtBearer } from '@signet/shared/wire/oauth'
import { AuditLog } from '../src/audit/index.ts'
import { authorityEndpoint, DiscoveryEndpoint, openAuthority, TokenEndpoint } from '../src/authority/index.ts'
import { systemClock } from '../src/platform/clock.ts'
import { ClockWatch } from '../src/platform/clock-watch.ts'
import { issueSelfSigned, readCertificate } from '../src/platform/crypto/certificate.ts'
import { EnvironmentRootKey } from '../src/platform/crypto/root-key/environment-root-key.ts'
import { Database } from '../src/platform/database/database.ts'
import { Cursors } from '../src/platform/database/paging.ts'
import { Sealer } from '../src/platform/database/sealer.ts'
import { listen } from '../src/platform/http/listener.ts'
import { createLogger } from '../src/platform/log.ts'
import { SampledLog } from '../src/platform/sampled-log.ts'
import type { KeyCredential, Principal } from '../src/principals/index.ts'

/**
 * Tokens per second through the whole authority (HTTP in, assertion checked, RS256 token signed, row durable in SQLite,
 * HTTP out), as a ratio of what node:crypto signs with RS256 in the same run. P1, P3, P4 of the goals.
 * One core's rate is measured alone; two cores at best give twice that, which is the limit.
 */
const requests = 6_000
const concurrency = 32

interface LoadPlan {
  readonly port: number
  readonly path: string
  readonly bodies: readonly string[]
}

if (isMainThread) await main()
else void drive(workerData as LoadPlan).then((latencies) => parentPort?.postMessage(latencies))

async function main(): Promise<void> {
  const limit = signatureRate()
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    const { port, path, bodies, close } = await prepare(folder)
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    const latencies = await inWorker({ port, path, bodies })
    const seconds = (performance.now() - startedAt) / 1_000
    const cpu = process.cpuUsage(cpuBefore)
    await close()
    report({ limit, seconds, latencies, cpuSeconds: (cpu.user + cpu.system) / 1e6 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** RS256 signatures a second of one thread, synchronous: the median of five rounds of 0.4 s. */
function signatureRate(): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const data = Buffer.alloc(900, 'a')
  const rounds = Array.from({ length: 5 }, () => {
    const startedAt = performance.now()
    let count = 0
    while (performance.now() - startedAt < 400) {
      sign('sha256', data, privateKey)
      count += 1
    }
    return count / ((performance.now() - startedAt) / 1_000)
  })
  return rounds.sort((a, b) => a - b)[2] ?? 0
}

async function prepare(folder: string): Promise<LoadPlan & { close(): Promise<void> }> {
  const clock = systemClock
  const log = createLogger('silent')
  const database = Database.open(folder, clock)
  const root = new EnvironmentRootKey(randomBytes(32).toString('base64'))
  const sealer = await Sealer.open(database, root, ['signing', 'paging'], clock)
  const cursors = new Cursors(sealer.keyOf('paging'))
  const tenantId = TenantId.parse(randomUUID())
  const audit = new AuditLog({ database, cursors, clock, tenantId })
  const client = await oneClient(tenantId)
  const authorityUrl = 'https://localhost:7421'
  const authority = await openAuthority({
    ...{
      database,
      sealer,
      cursors,
      audit,
      clock,
      steadiness: new ClockWatch(clock),
      log,
      tenantId,
      authorityUrl,
      dataDir: folder,
    },
    registry: { findClient: async () => ({ principal: client.principal, credentials: [client.credential] }) },
    tenantDomain: 'signet.local',
    tokenLifetimeSeconds: 3_600,
    onCredentialUsed: () => undefined,
  })
  const endpoint = new TokenEndpoint({
    authority: authority.tokens,
    traces: authority.traces,
    issuer: authority.issuer,
    clock,
    log: new SampledLog(log, clock),
  })
  const handler = authorityEndpoint(endpoint, new DiscoveryEndpoint(authority.issuer, authority.keys))
  const listener = await listen({ name: 'bench', setting: 'none', bind: '127.0.0.1', port: 0, handler })
  const bodies = Array.from({ length: requests }, () => client.body(authority.issuer.v2))
  return {
    port: listener.port,
    path: `/${tenantId}/oauth2/v2.0/token`,
    bodies,
    close: async () => {
      await listener.close(0)
      await authority.close()
      await database.close()
    },
  }
}

/** A managed identity with an RSA-2048 certificate, and request bodies with fresh assertions of it. */
async function oneClient(tenantId: TenantId) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = Date.now()
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  const der = await issueSelfSigned({
    commonName: 'bench',
    privateKey: pkcs8,
    notBefore: now - 60_000,
    notAfter: now + 3_600_000,
  })
  const facts = readCertificate(der)
  const clientId = ClientId.parse(randomUUID())
  const objectId = ObjectId.parse(randomUUID())
  const principal: Principal = {
    ...{ objectId, clientId, tenantId, kind: 'system', displayName: 'bench', ownerInstanceId: null },
    ...{ armId: '/subscriptions/x/resourceGroups/default/providers/Microsoft.HybridCompute/machines/bench' },
    ...{ state: 'enabled', deletedAt: null, version: 1 },
  }
  const credential: KeyCredential = {
    ...{ id: CredentialId.parse(randomUUID()), slotId: SlotId.parse(randomUUID()), runId: RunId.parse(randomUUID()) },
    ...{ principalId: objectId, serial: facts.serial, x5t: facts.x5t, x5tS256: ThumbprintS256.parse(facts.x5tS256) },
    ...{ certificate: facts.der, keyAlgorithm: 'rsa2048', keyLocation: 'agent', state: 'active' },
    ...{ notBefore: facts.notBefore, notAfter: facts.notAfter, usableUntil: null, issuedAt: now, activatedAt: now },
    ...{ revokedAt: null, firstUsedAt: null, lastUsedAt: null },
  }
  const header = encode({ alg: 'RS256', typ: 'JWT', 'x5t#S256': facts.x5tS256 })
  const body = (audience: string): string => {
    const seconds = Math.floor(Date.now() / 1_000)
    const claims = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), nbf: seconds, exp: seconds + 240 }
    const input = `${header}.${encode(claims)}`
    const assertion = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
    return new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: clientId, scope: 'https://vault.azure.net/.default' },
      ...{ client_assertion_type: jwtBearer, client_assertion: assertion },
    }).toString()
  }
  return { principal, credential, body }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function inWorker(plan: LoadPlan): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: plan })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** Sends every body once over 32 kept connections. @returns latencies in milliseconds */
async function drive(plan: LoadPlan): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const latencies: number[] = []
  let next = 0
  const lane = async () => {
    for (let body = plan.bodies[next++]; body !== undefined; body = plan.bodies[next++]) {
      const startedAt = performance.now()
      await post(agent, plan, body)
      latencies.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  agent.destroy()
  return latencies
}

function post(agent: Agent, { port, path }: LoadPlan, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }
    const call = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      )
    })
    call.on('error', reject)
    call.end(body)
  })
}

function report(run: { limit: number; seconds: number; latencies: number[]; cpuSeconds: number }): void {
  const sorted = run.latencies.sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  const rate = sorted.length / run.seconds
  const perToken = (run.cpuSeconds / sorted.length) * run.limit
  const line = (name: string, value: string) => process.stdout.write(`${name.padEnd(44)} ${value}\n`)
  line('RS256 signatures/s, node:crypto, one thread', run.limit.toFixed(0))
  line('limit: twice that, on two cores', (2 * run.limit).toFixed(0))
  line(`tokens/s, ${concurrency} connections, load beside it`, rate.toFixed(0))
  line('latency p50 / p99, ms', `${at(0.5)} / ${at(0.99)}`)
  line('CPU per token / CPU per signature (with load)', perToken.toFixed(2))
  line('ratio: tokens/s to the limit', (rate / (2 * run.limit)).toFixed(2))
}
