interface Entry<Item, Outcome> {
  readonly item: Item
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

/** A batch is begun when it holds this share of the items under way. */
const share = 1 / 4

/**
 * Collects items and has them written together: one durable transaction per batch, one batch at a time, in the order of
 * arrival, answers released after it (SEC-124).
 *
 * A batch takes what has arrived by the next turn of the event loop, and while it is being written the next one fills, up
 * to `mostItems`. Who says how many items are under way gets fewer and larger batches: each waits until a quarter of them
 * is there. A lone item never waits, and there is no timer.
 */
export class GroupCommit<Item, Outcome> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Outcome[]>
  readonly #mostItems: number
  #queue: Entry<Item, Outcome>[] = []
  #underWay = 0
  #writing: Promise<void> | undefined

  /** @param write commits all items or rejects; answers one outcome per item, in order */
  constructor(write: (items: readonly Item[]) => Promise<readonly Outcome[]>, options: { mostItems: number }) {
    this.#write = write
    this.#mostItems = options.mostItems
  }

  /** Items that are not being written yet. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Resolves once the item is on stable storage. */
  submit(item: Item): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#begin()
    })
  }

  /**
   * Tells how many items are on their way here or waiting; told again whenever one more is, or one has gone, else an item
   * could wait for another that never comes.
   */
  expect(count: number): void {
    this.#underWay = count
    this.#begin()
  }

  /** Waits for nothing more to arrive. Resolves when everything submitted has been answered. */
  async settled(): Promise<void> {
    this.expect(0)
    await this.#writing
  }

  #isDue(): boolean {
    const { length } = this.#queue
    return length > 0 && length >= Math.min(this.#underWay * share, this.#mostItems)
  }

  #begin(): void {
    if (this.#isDue()) this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    await new Promise(setImmediate)
    do await this.#writeBatch(this.#queue.splice(0, this.#mostItems))
    while (this.#isDue())
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
