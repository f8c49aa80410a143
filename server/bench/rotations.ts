import { createPublicKey, sign, verify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { AgentId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { readCertificationRequest } from '../src/platform/crypto/certification-request.ts'
import { generatePrivateKey, importPrivateKey } from '../src/platform/crypto/key-pair.ts'
import { contextOf, given, openStack, type Stack, TestAgent } from '../test/stack.ts'
import { newPair, newRequests } from './requests.ts'
import { seedSlots } from './sim/seed-slots.ts'

/**
 * What a rotation costs beside what the machine itself takes for its cryptography: a key made, the request's signature
 * checked, the certificate signed. Each is one whole rollover in the real domain (a run opened, the request checked, the
 * certificate issued, put to use, the old one retired) on a database that flushes what it commits. Keys and requests are the
 * instances' work: made before, and measured on their own. Limit and product are measured in one run, the limit before and
 * after, since other programs may use the machine; CPU time is that of the whole process, which a busy machine stretches
 * less than the clock.
 */
const { values } = parseArgs({
  options: {
    rotations: { type: 'string', default: '10000' },
    rsa: { type: 'string', default: '300' },
    only: { type: 'string' },
  },
})
const atOnce = 32
const limitRounds = 2_000

for (const [algorithm, count] of [
  ['p256', Number(values.rotations)],
  ['rsa2048', Number(values.rsa)],
] as const) {
  if (values.only === undefined || values.only === algorithm) await measure(algorithm, count)
}

async function measure(algorithm: KeyAlgorithm, count: number): Promise<void> {
  console.log(`${count} rotations with keys of ${algorithm}`)
  const stack = await openStack({ keyAlgorithm: algorithm })
  try {
    const generation = cpuOf(algorithm === 'p256' ? limitRounds : 30, () => newPair(algorithm))
    const since = performance.now()
    const requests = await newRequests(algorithm, count)
    console.log(`  ${count} keys and requests made beforehand in ${seconds(performance.now() - since)}`)
    const before = limitsOf(algorithm)
    const own = await ownCosts(requests[0] ?? Buffer.alloc(0))
    const { agentId, slotIds } = seedSlots(stack, fleet(stack, count))
    const spent = await roll(stack, new TestAgent(stack, AgentId.parse(agentId), Buffer.alloc(0)), slotIds, requests)
    const after = limitsOf(algorithm)
    const limit = (before.check + after.check + before.sign + after.sign) / 2
    report('key pair generated, raw', generation)
    report('signature of a request checked, raw', (before.check + after.check) / 2)
    report('certificate signed, raw', (before.sign + after.sign) / 2)
    report('request read and checked, as the product does', own.check)
    report('certificate issued, as the product does', own.issue)
    for (const [name, micros] of Object.entries(spent.cpu)) report(`rotation, of it: ${name}`, micros)
    report('rotation, CPU in all', spent.cpuMicros)
    report('rotation, by the clock', spent.wallMicros)
    console.log(`  change events for one rotation: ${spent.changes.toFixed(1)}`)
    console.log(`  all of them in ${seconds((spent.wallMicros * count) / 1_000)}`)
    const cores = availableParallelism()
    ratio('rotation CPU : raw check and signature', spent.cpuMicros, limit)
    ratio('rotation by the clock : the same by all cores', spent.wallMicros, limit / cores)
    ratio('with its key, CPU : raw key, check and signature', spent.cpuMicros + generation, limit + generation)
    const [made, all] = [generation / cores, (limit + generation) / cores]
    ratio('with its key, by the clock : the same by all cores', spent.wallMicros + made, all)
  } finally {
    await stack.close()
  }
}

/** @returns microseconds for one rotation */
async function roll(stack: Stack, agent: TestAgent, slotIds: readonly string[], requests: readonly Buffer[]) {
  const { rollover } = stack.rotation
  const context = contextOf('system', 'bench')
  const steps = {
    open: async (slotId: string) =>
      stack.database.transact(async (tx) =>
        rollover.request(tx, context, given(await stack.store.slot(slotId, tx)), 'schedule'),
      ),
    prepare: (slotId: string, index: number) =>
      rollover.prepare(agent.context, agent.id, SlotId.parse(slotId), given(requests[index])),
    activate: async (slotId: string) => {
      const { prepared_credential_id: id } = given(await stack.store.slot(slotId))
      const { x5tS256 } = await stack.registry.credentials.require(given(id))
      await rollover.acknowledge(agent.context, agent.id, SlotId.parse(slotId), x5tS256)
    },
    complete: async (slotId: string) =>
      stack.database.transact(async (tx) =>
        rollover.complete(tx, context, given(await stack.store.openRun(slotId, tx))),
      ),
  }
  const cpu: Record<string, number> = {}
  const [began, spent] = [performance.now(), process.cpuUsage()]
  const seqBefore = await stack.database.latestSeq()
  for (const [name, step] of Object.entries(steps)) {
    const since = process.cpuUsage()
    await each(slotIds, step)
    cpu[name] = microsSince(since) / slotIds.length
  }
  const events = ((await stack.database.latestSeq()) - seqBefore) / slotIds.length
  return {
    cpu,
    cpuMicros: microsSince(spent) / slotIds.length,
    wallMicros: ((performance.now() - began) * 1_000) / slotIds.length,
    changes: events,
  }
}

/** As many at once as a server has requests in hand. */
async function each(slotIds: readonly string[], work: (slotId: string, index: number) => Promise<unknown>) {
  let next = 0
  const worker = async () => {
    for (let index = next++; index < slotIds.length; index = next++) await work(slotIds[index] ?? '', index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function limitsOf(algorithm: KeyAlgorithm): { check: number; sign: number } {
  const [subject, authority] = [newPair(algorithm), newPair('p256')]
  const signed = Buffer.alloc(500, 7)
  const signature = sign('sha256', signed, subject.privateKey)
  return {
    check: cpuOf(limitRounds, () => verify('sha256', signed, subject.publicKey, signature)),
    sign: cpuOf(limitRounds, () => sign('sha256', signed, authority.privateKey)),
  }
}

async function ownCosts(csr: Buffer): Promise<{ check: number; issue: number }> {
  const check = cpuOf(limitRounds, () => readCertificationRequest(csr))
  const stack = await openStack()
  try {
    const publicKey = createPublicKey(importPrivateKey(await generatePrivateKey('p256')))
    const since = process.cpuUsage()
    for (let round = 0; round < limitRounds; round += 1) {
      await stack.authorities.issue('credentials', {
        commonName: 'x',
        publicKey,
        usage: 'clientAuth',
        lifetimeMs: dayMs,
      })
    }
    return { check, issue: microsSince(since) / limitRounds }
  } finally {
    await stack.close()
  }
}

/** CPU microseconds of one call. */
function cpuOf(rounds: number, work: () => unknown): number {
  const since = process.cpuUsage()
  for (let round = 0; round < rounds; round += 1) work()
  return microsSince(since) / rounds
}

function microsSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

function* fleet(stack: Stack, count: number) {
  const now = stack.clock.now()
  for (let index = 0; index < count; index += 1) {
    yield { jitter: 0, rotateAfter: now, notBefore: now - 45 * dayMs, notAfter: now + 45 * dayMs }
  }
}

function report(name: string, micros: number): void {
  console.log(`  ${name}: ${micros < 1_000 ? `${micros.toFixed(0)} us` : `${(micros / 1_000).toFixed(2)} ms`}`)
}

function ratio(name: string, one: number, other: number): void {
  console.log(`  ${name} = ${(one / other).toFixed(2)}`)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
