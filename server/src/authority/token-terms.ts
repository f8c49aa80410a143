import type { TokenTerms } from '@signet/shared/wire/agent-protocol'
import type { ResourceApps } from './resource-apps.ts'

/**
 * What tokens in the caches of agents are good under: the audiences as they are, and how often a signing key was revoked.
 * Changes are told before the act that made them is answered.
 */
export class CurrentTerms {
  readonly #apps: ResourceApps
  readonly #revocations: () => Promise<number>
  readonly #observers: ((terms: TokenTerms) => void)[] = []
  #revision = 1
  #keyEpoch: number

  private constructor(apps: ResourceApps, revocations: () => Promise<number>, keyEpoch: number) {
    this.#apps = apps
    this.#revocations = revocations
    this.#keyEpoch = keyEpoch
    apps.onChange(() => this.#changed())
  }

  /** @param revocations how many signing keys were ever revoked */
  static async open(apps: ResourceApps, revocations: () => Promise<number>): Promise<CurrentTerms> {
    return new CurrentTerms(apps, revocations, await revocations())
  }

  get now(): TokenTerms {
    const audiences = this.#apps.list().map(({ uri, appId, version }) => ({ uri, appId, version }))
    return { revision: this.#revision, keyEpoch: this.#keyEpoch, audiences }
  }

  onChange(observer: (terms: TokenTerms) => void): void {
    this.#observers.push(observer)
  }

  /** A signing key was revoked. */
  async keyRevoked(): Promise<void> {
    this.#keyEpoch = await this.#revocations()
    this.#changed()
  }

  #changed(): void {
    this.#revision += 1
    const terms = this.now
    for (const observe of this.#observers) observe(terms)
  }
}
