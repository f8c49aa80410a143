import { bulkEnrolment } from './s1.ts'
import { outages } from './s2.ts'
import { crashes } from './s3.ts'
import { killedClaimers } from './s4.ts'
import { largeTenant } from './s10.ts'
import { cachingValidators } from './s11.ts'
import { oldBackup } from './s13.ts'
import type { Simulation } from './scenario.ts'

/** By their ids in data-and-scale §13. */
export const simulations: Readonly<Record<string, Simulation>> = {
  s1: bulkEnrolment,
  s2: outages,
  s3: crashes,
  s4: killedClaimers,
  s10: largeTenant,
  s11: cachingValidators,
  s13: oldBackup,
}
