/**
 * Collects items and writes them together: one durable transaction per batch, answers released after it (SEC-124).
 *
 * A batch takes what has arrived by the next turn of the event loop, at most `mostItems`; while one is being written,
 * the next one fills. At low load that adds no waiting, at high load batches grow by themselves.
 */
export class GroupCommit<Item, Outcome> {
  readonly #write: (items: readonly Item[]) => readonly Outcome[]
  readonly #mostItems: number
  #queue: { item: Item; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void }[] = []
  #scheduled = false

  /** @param write commits all items or throws; answers one outcome per item, in order */
  constructor(write: (items: readonly Item[]) => readonly Outcome[], options: { mostItems: number }) {
    this.#write = write
    this.#mostItems = options.mostItems
  }

  /** Resolves once the item is on stable storage. */
  submit(item: Item): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    const batch = this.#queue.splice(0, this.#mostItems)
    if (this.#queue.length > 0) this.#schedule()
    try {
      const outcomes = this.#write(batch.map((entry) => entry.item))
      for (const [index, entry] of batch.entries()) entry.resolve(outcomes[index] as Outcome)
    } catch (error) {
      for (const entry of batch) entry.reject(error)
    }
  }
}
