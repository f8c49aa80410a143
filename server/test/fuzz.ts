/**
 * How often a property is tried: `short` times on every run of the tests, and as often as `SIGNET_FUZZ_RUNS` says in a
 * long one (`pnpm fuzz`; SEC-187).
 */
export function fuzzRuns(short: number): number {
  const long = Number(process.env['SIGNET_FUZZ_RUNS'] ?? 0)
  return Number.isSafeInteger(long) && long > 0 ? long : short
}
