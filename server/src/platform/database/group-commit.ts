interface Entry<Item, Outcome> {
  readonly item: Item
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

/**
 * Collects items and has them written together: one durable transaction per batch, one batch at a time, in the order of
 * arrival, answers released after it (SEC-124).
 *
 * The first batch takes what has arrived by the next turn of the event loop; while one is being written, the next one
 * fills. At low load that adds no waiting, at high load batches grow by themselves, up to `mostItems`.
 */
export class GroupCommit<Item, Outcome> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Outcome[]>
  readonly #mostItems: number
  #queue: Entry<Item, Outcome>[] = []
  #writing: Promise<void> | undefined

  /** @param write commits all items or rejects; answers one outcome per item, in order */
  constructor(write: (items: readonly Item[]) => Promise<readonly Outcome[]>, options: { mostItems: number }) {
    this.#write = write
    this.#mostItems = options.mostItems
  }

  /** Resolves once the item is on stable storage. */
  submit(item: Item): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when everything submitted has been answered. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    await new Promise(setImmediate)
    while (this.#queue.length > 0) await this.#writeBatch(this.#queue.splice(0, this.#mostItems))
    this.#writing = undefined
  }

  async #writeBatch(batch: readonly Entry<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#write(batch.map((entry) => entry.item))
      for (const [index, entry] of batch.entries()) entry.resolve(outcomes[index] as Outcome)
    } catch (error) {
      for (const entry of batch) entry.reject(error)
    }
  }
}
