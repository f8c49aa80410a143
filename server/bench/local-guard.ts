import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { AuthorityClient } from '../src/agent/authority-client.ts'
import { HeaderSecrets } from '../src/agent/endpoints/header-secrets.ts'
import { localEndpoint } from '../src/agent/endpoints/local-endpoint.ts'
import { LocalLimits } from '../src/agent/endpoints/local-limits.ts'
import { mainSurface } from '../src/agent/endpoints/local-surface.ts'
import { HeldIdentities } from '../src/agent/held-identities.ts'
import { PendingProbes } from '../src/agent/probe-trace.ts'
import { TokenBroker } from '../src/agent/token-broker.ts'
import { TokenCache } from '../src/agent/token-cache.ts'
import { systemClock } from '../src/platform/clock.ts'
import { listen } from '../src/platform/http/listener.ts'
import { createLogger } from '../src/platform/log.ts'

/**
 * How long a guard of the local endpoint takes to refuse a malformed probe (SEC-95: 50 ms at the 99.9th percentile), beside
 * a bare node:http that says hello, in the same run: the difference is ours. Requests alternate between the two, so that
 * whatever else the machine does falls on both.
 */
const requests = 20_000
const concurrency = 16

interface LoadPlan {
  readonly guardPort: number
  readonly helloPort: number
}
interface Latencies {
  readonly guard: number[]
  readonly hello: number[]
}

if (isMainThread) await main()
else void drive(workerData as LoadPlan).then((latencies) => parentPort?.postMessage(latencies))

async function main(): Promise<void> {
  const agentDir = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  const log = createLogger('silent')
  const clock = systemClock
  const broker = new TokenBroker({
    held: new HeldIdentities(agentDir, clock),
    cache: new TokenCache(clock),
    authority: new AuthorityClient(''),
    now: () => clock.now(),
  })
  const parts = {
    broker,
    probes: new PendingProbes(),
    limits: new LocalLimits({ perSecond: undefined, inFlight: undefined }, clock),
    callers: undefined,
    facts: () => ({ tenantId: '', instance: undefined }),
    admitsAbsoluteForm: false,
    clock,
    log,
  }
  const guarded = localEndpoint(parts, mainSurface(new HeaderSecrets(), undefined), () => hosts)
  const options = { setting: 'none', bind: '127.0.0.1', port: 0 }
  const guard = await listen({ ...options, name: 'guard', handler: guarded })
  const hosts = new Set([`127.0.0.1:${guard.port}`])
  const hello = await listen({
    ...options,
    name: 'hello',
    handler: (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 5 }).end('hello')
    },
  })
  try {
    report(await inWorker({ guardPort: guard.port, helloPort: hello.port }))
  } finally {
    await guard.close(0)
    await hello.close(0)
    rmSync(agentDir, { recursive: true, force: true })
  }
}

function inWorker(plan: LoadPlan): Promise<Latencies> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: plan })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function drive(plan: LoadPlan): Promise<Latencies> {
  const latencies: Latencies = { guard: [], hello: [] }
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  let sent = 0
  const lane = async () => {
    while (sent < requests) {
      sent += 1
      const startedAt = performance.now()
      await get(agent, plan.helloPort, 200)
      const between = performance.now()
      await get(agent, plan.guardPort, 400)
      latencies.hello.push(between - startedAt)
      latencies.guard.push(performance.now() - between)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  agent.destroy()
  return latencies
}

/** A token request without `Metadata: true`, which is how SDKs probe. */
function get(agent: Agent, port: number, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x'
    const call = request({ agent, host: '127.0.0.1', port, path }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === expected ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      )
    })
    call.on('error', reject)
    call.end()
  })
}

function report({ guard, hello }: Latencies): void {
  const line = (name: string, value: string) => process.stdout.write(`${name.padEnd(44)} ${value}\n`)
  const shares = [0.5, 0.99, 0.999]
  const of = (latencies: number[]) => {
    const sorted = latencies.toSorted((a, b) => a - b)
    return shares.map((share) => sorted[Math.floor(sorted.length * share)] ?? 0)
  }
  const [refusal, bare] = [of(guard), of(hello)]
  const said = (values: number[]) => values.map((value) => value.toFixed(2)).join(' / ')
  line('bare node:http hello, p50 / p99 / p99.9, ms', said(bare))
  line('refused probe, p50 / p99 / p99.9, ms', said(refusal))
  line('ratio: refused probe to hello', refusal.map((value, at) => (value / (bare[at] ?? 1)).toFixed(2)).join(' / '))
}
