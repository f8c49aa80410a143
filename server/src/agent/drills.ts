import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DrillId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { DesiredPrincipal, DesiredState, DrillStep } from '@signet/shared/wire/agent-protocol'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { agentFiles, loadStored, removeDurably, storeDurably } from './agent-folder.ts'
import { signingCredentialOf } from './credential-file.ts'
import type { HeldIdentities } from './held-identities.ts'
import type { ServerClient } from './server-client.ts'
import type { TokenBroker } from './token-broker.ts'

const longestDetail = 500
/** Those that ended in this process; the server forgets a drill that has ended within seconds. */
const mostEnded = 100

/** What a drill puts on disk, where a real one puts its credential; nothing but a drill reads it. */
const Shadow = z.object({
  drillId: DrillId,
  privateKey: z.string(),
  certificates: z.array(z.string()),
  x5tS256: ThumbprintS256.nullable(),
})
type Shadow = z.infer<typeof Shadow>

interface DrillsParts {
  readonly agentDir: string
  readonly held: Pick<HeldIdentities, 'identities'>
  readonly client: Pick<ServerClient, 'requestDrillCertificate' | 'acknowledgeDrill' | 'reportDrill'>
  readonly broker: Pick<TokenBroker, 'refusalOf'>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Rehearses rotations that the server asks for: all of a real one, with a key and a certificate that are kept apart from
 * those in use, that no token is ever asked with but to be refused, and that are wiped at the end.
 */
export class AgentDrills {
  readonly #parts: DrillsParts
  /** Under way or ended. */
  readonly #known = new Set<string>()

  constructor(parts: DrillsParts) {
    this.#parts = parts
    // Left by a process that died during a drill, which begins again if it is still wanted.
    wipeAll(parts.agentDir)
  }

  /** Takes up the drills of a state. @returns when those it began have ended */
  async follow(state: DesiredState): Promise<void> {
    const wanted = state.principals.filter(({ slot }) => slot.drill !== null && !this.#known.has(slot.drill.id))
    if (this.#known.size > mostEnded) this.#known.clear()
    await Promise.all(wanted.map((principal) => this.#run(principal)))
  }

  async #run(principal: DesiredPrincipal): Promise<void> {
    const { client, log } = this.#parts
    const drillId = principal.slot.drill?.id
    if (drillId === undefined) return
    this.#known.add(drillId)
    const steps = await this.#rehearse(principal, drillId)
    const failed = steps.find(({ outcome }) => outcome === 'failed')
    log.info({ drillId, objectId: principal.objectId, failed: failed?.name ?? null }, 'rotation rehearsed')
    try {
      await client.reportDrill(drillId, { steps })
    } catch (thrown) {
      const error = SignetError.from(thrown)
      log.warn({ drillId, code: error.code }, 'result of a drill not delivered')
      // It begins again with the next state; one that the server does not know any more is over.
      if (error.code !== 'not_found') this.#known.delete(drillId)
    }
  }

  async #rehearse({ slot, objectId, clientId }: DesiredPrincipal, drillId: DrillId): Promise<DrillStep[]> {
    const { agentDir, client, broker } = this.#parts
    const file = agentFiles.drill(agentDir, slot.id)
    const trail = new Trail(this.#parts.clock)
    try {
      const key = await trail.step('key_made', `A ${slot.keyAlgorithm} key.`, () =>
        generatePrivateKey(slot.keyAlgorithm),
      )
      const shadow = { drillId, privateKey: key.toString('base64'), certificates: [], x5tS256: null }
      await trail.step('key_stored', 'Flushed to disk, and read back.', async () => storeAndRead(file, shadow))
      const issued = await trail.step('certificate_issued', 'The request was signed with the key.', async () => {
        const csr = await createCertificationRequest(key, objectId)
        return client.requestDrillCertificate(drillId, { csr: csr.toString('base64') })
      })
      const whole = { ...shadow, ...issued }
      await trail.step('certificate_stored', 'Flushed to disk, and read back.', async () => storeAndRead(file, whole))
      await trail.step('acknowledged', 'The server knows that both are on disk.', () =>
        client.acknowledgeDrill(drillId, { x5tS256: issued.x5tS256 }),
      )
      await trail.step('refused', 'The authority gave no token for it: not trusted for tokens.', async () => {
        const identity = this.#parts.held.identities.find((one) => one.clientId === clientId)
        if (!identity) throw new SignetError('identity_not_found')
        const credential = signingCredentialOf({ ...whole, runId: null })
        return (await broker.refusalOf(identity, credential)).detail
      })
    } catch {
      // The trail has it.
    }
    await trail
      .step('wiped', 'Key and certificate are gone from the disk.', async () => removeDurably(file))
      .catch(() => undefined)
    return trail.steps
  }
}

/** What was done, how long it took, and what became of it. */
class Trail {
  readonly steps: DrillStep[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws what `work` throws, once it is noted */
  async step<T>(name: DrillStep['name'], detail: string, work: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.now()
    const startedMs = this.#clock.monotonicMs()
    const note = (outcome: DrillStep['outcome'], words: string, errorCode: string | null) => {
      const durationMs = Math.min(Math.max(0, Math.round(this.#clock.monotonicMs() - startedMs)), dayMs)
      this.steps.push({ name, startedAt, durationMs, outcome, errorCode, detail: words.slice(0, longestDetail) })
    }
    try {
      const result = await work()
      note('ok', typeof result === 'string' ? `${detail} It said: ${result}` : detail, null)
      return result
    } catch (thrown) {
      const error = SignetError.from(thrown)
      note('failed', error.detail, error.code)
      throw thrown
    }
  }
}

/** A disk that takes the write and gives something else back would take a real key with it. */
function storeAndRead(file: string, shadow: Shadow): void {
  storeDurably(file, shadow)
  if (JSON.stringify(loadStored(file, Shadow)) !== JSON.stringify(Shadow.parse(shadow))) {
    throw new SignetError('internal', 'What was stored does not read back as it was written.')
  }
}

function wipeAll(agentDir: string): void {
  const folder = agentFiles.drills(agentDir)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names) removeDurably(join(folder, name))
}
