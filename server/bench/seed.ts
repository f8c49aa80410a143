import 'reflect-metadata'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { seed } from './seeding.ts'

/** Fills a new data folder: `pnpm bench:seed --data FOLDER [--instances 100000] [--audit 1000000]`. */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    instances: { type: 'string', default: '100000' },
    audit: { type: 'string', default: '1000000' },
  },
})
if (values.data === undefined || existsSync(resolve(values.data, 'signet.db'))) {
  console.error('give --data FOLDER, of a folder that has no database yet')
  process.exit(1)
}
const startedAt = performance.now()
await seed(resolve(values.data), { instances: Number(values.instances), auditEvents: Number(values.audit) })
console.log(
  `${values.instances} instances, ${values.audit} audit events in ${Math.round((performance.now() - startedAt) / 1_000)} s`,
)
