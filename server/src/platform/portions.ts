/** As many as fill one flush of the database, and hold up nobody for long. */
const atOnce = 16

/**
 * Does the same with each of many, a few at a time: transactions that are under way together share a flush, and between two
 * portions everybody else has a turn.
 *
 * @param work answers false, and nothing else, when the rest is not to be done any more
 * @throws what the first one threw, once those beside it have ended
 */
export async function inPortions<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < all.length; start += atOnce) {
    const ended = await Promise.allSettled(all.slice(start, start + atOnce).map(work))
    const failed = ended.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    if (ended.some((one) => one.status === 'fulfilled' && one.value === false)) return
  }
}
