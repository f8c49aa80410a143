import { TenantId } from '@signet/shared/vocabulary/identifiers'
import { AuditLog } from '../../src/audit/index.ts'
import { ClockWatch } from '../../src/platform/clock-watch.ts'
import { FileRootKey } from '../../src/platform/crypto/root-key/file-root-key.ts'
import { Database } from '../../src/platform/database/database.ts'
import { Cursors } from '../../src/platform/database/paging.ts'
import { Sealer } from '../../src/platform/database/sealer.ts'
import { createLogger } from '../../src/platform/log.ts'
import { loopbackNames } from '../../src/platform/service-names.ts'
import { CertificateAuthorities, PrincipalRegistry } from '../../src/principals/index.ts'
import { openRotation } from '../../src/rotation/index.ts'
import { noNeighbours, noSelection } from '../../test/absent-neighbours.ts'
import { ScaledClock } from './scaled-clock.ts'

/**
 * One process that does nothing but the schedule, on the data folder of somebody else, from the word of its
 * parent until that is gone.
 */
const [dataDir = '', file = '', tenant, speed, origin] = process.argv.slice(2)
const clock = new ScaledClock({ speed: Number(speed), origin: Number(origin), aheadMs: 0 })
const tenantId = TenantId.parse(tenant)
const log = createLogger('silent')
const database = Database.open(dataDir, clock)
const transact = database.transact.bind(database)
database.transact = (work) =>
  transact(work).catch((error: unknown) => {
    const { code } = error instanceof Error && 'code' in error ? error : { code: undefined }
    if (code === 'SQLITE_BUSY' || code === 'unavailable') process.send?.('busy')
    throw error
  })
const sealer = await Sealer.open(
  database,
  new FileRootKey({ file, dataDir }),
  ['signing', 'ca', 'paging', 'integrity'],
  clock,
)
const cursors = new Cursors(sealer.keyOf('paging'))
const audit = new AuditLog({ database, cursors, clock, tenantId })
const base = { database, cursors, sealer, audit, clock, steadiness: new ClockWatch(clock), log, tenantId }
const { scheduler } = await openRotation({
  ...base,
  registry: new PrincipalRegistry(base),
  authorities: await CertificateAuthorities.open({ ...base, serverNames: loopbackNames }),
  ...{ rotationRate: 10, historyDays: 400 },
  neighbours: noNeighbours,
  selection: noSelection,
})
process.on('disconnect', () => process.exit(0))
// A turn that fails since the others hold the database for too long is the next turn's work, as in the product.
process.on('message', () => scheduler.start())
process.send?.('ready')
