import { expect, it } from 'vitest'
import { restoreOldBackup } from './s13.ts'

it('nobody who was disabled since the backup gets a token after its restore, and nobody before its release (SEC-68)', async () => {
  const seed = Date.now() % 2 ** 31
  const checks = await restoreOldBackup(seed)
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name)
  expect(failed, `seed ${seed}`).toEqual([])
  expect(checks.length).toBeGreaterThanOrEqual(9)
}, 120_000)
