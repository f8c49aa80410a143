import fc from 'fast-check'
import { SignetError } from '../src/platform/signet-error.ts'

/**
 * How often a property is tried: `short` times on every run of the tests, and as often as `SIGNET_FUZZ_RUNS` says in a
 * long one (`pnpm fuzz`; SEC-187).
 */
export function fuzzRuns(short: number): number {
  const long = Number(process.env['SIGNET_FUZZ_RUNS'] ?? 0)
  return Number.isSafeInteger(long) && long > 0 ? long : short
}

const longestMs = 1_000

/**
 * Tries a parser of a caller's bytes: ten thousand inputs on every run, a million in a long one. It ends within a second of its
 * thread's time in a value or in a refusal that is the caller's fault; anything else fails with the input.
 */
export function fuzzParser<T>(input: fc.Arbitrary<T>, parse: (input: T) => unknown): void {
  const property = fc.property(input, (value) => {
    const before = process.threadCpuUsage()
    try {
      parse(value)
    } catch (error) {
      if (!(error instanceof SignetError) || error.status >= 500) throw error
    }
    const { user, system } = process.threadCpuUsage(before)
    if (user + system > longestMs * 1_000) throw new Error(`it took ${(user + system) / 1_000} ms`)
  })
  fc.assert(property, { numRuns: fuzzRuns(10_000) })
}
