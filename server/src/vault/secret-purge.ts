import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { Vault } from './vault.ts'
import type { Vaults } from './vaults.ts'

const turnMs = 10 * minuteMs
const mostPerTurn = 200

/** Deletes secrets and vaults for good whose days are over, and counts of reads that are old; not while the clock is in doubt (SEC-145). */
export class SecretPurge {
  readonly #parts: { vault: Vault; vaults: Vaults; clock: Clock; steadiness: Steadiness; log: Logger }
  #task: PeriodicTask | undefined

  constructor(parts: { vault: Vault; vaults: Vaults; clock: Clock; steadiness: Steadiness; log: Logger }) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({
      ...{ name: 'secret purge', intervalMs: turnMs, clock, log },
      run: () => this.turn(),
    })
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  async turn(): Promise<void> {
    const { vault, vaults, steadiness } = this.#parts
    if (!steadiness.isSteady) return
    await vaults.forgetReads()
    const context = systemContext('secret purge', newGuid())
    for (const place of await vault.due(mostPerTurn)) await vault.purgeDue(context, place)
    for (const name of await vaults.due(mostPerTurn)) await vaults.purge(context, name, { isScheduled: true })
  }
}
