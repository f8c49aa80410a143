import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { issueSelfSigned, readCertificate } from '../src/platform/crypto/certificate.ts'
import { openServer } from './open-server.ts'
import { credentialRow, principalRow, RowInserts, type Stamps } from './rows.ts'

/** A client that asks for tokens: what it signs its assertions with, and under which names. */
export interface BenchClient {
  readonly clientId: string
  readonly x5tS256: string
}

/** A server's data folder with many registered identities, and a thousand of them to ask with. */
export interface Fleet {
  readonly environment: Record<string, string>
  readonly tenantId: string
  readonly clients: readonly BenchClient[]
  /** PEM. One key under all certificates: making a thousand would take a minute and change nothing that is measured. */
  readonly privateKey: string
}

const activeClients = 1_000

/** Makes the folder as the server does at its first start, then puts `instances` principals with a certificate into it. */
export async function makeFleet(folder: string, instances: number): Promise<Fleet> {
  mkdirSync(folder, { mode: 0o700 })
  const environment = {
    SIGNET_DATA_DIR: join(folder, 'data'),
    SIGNET_ROOT_KEY_FILE: join(folder, 'keys', 'root.key'),
    SIGNET_LOG_LEVEL: 'silent',
  }
  const { server, config, lifecycle } = await openServer(environment)
  const { tenantId } = server
  await lifecycle.stop()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const db = new Sqlite(join(config.dataDir, 'signet.db'))
  server.database.rows.keepOn(db)
  const clients = await fill(db, instances, {
    tenantId,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
  })
  return { environment, tenantId, clients, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

/** Rows as the registry writes them, without the slots and runs around them, which the token path never reads. */
async function fill(db: Sqlite.Database, instances: number, shared: { tenantId: string; pkcs8: Buffer }) {
  db.pragma('foreign_keys = OFF')
  const now = Date.now()
  const rows = new RowInserts(db)
  const stamps: Stamps = { tenant_id: shared.tenantId, version: 1, created_at: now, updated_at: now }
  const clients: BenchClient[] = []
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  const certificate = () =>
    issueSelfSigned({
      commonName: 'bench',
      privateKey: shared.pkcs8,
      notBefore: now - 60_000,
      notAfter: now + 86_400_000,
    })
  const filler = readCertificate(await certificate())
  db.exec('BEGIN')
  for (let index = 0; index < instances; index += 1) {
    const objectId = randomUUID()
    const clientId = randomUUID()
    const arm = `/subscriptions/${shared.tenantId}/resourceGroups/default/providers/Microsoft.HybridCompute/machines/host-${index}`
    const isActive = index < activeClients
    const facts = isActive ? readCertificate(await certificate()) : filler
    const [x5t, x5tS256] = isActive ? [facts.x5t, facts.x5tS256] : [random(20), random(32)]
    const names = { object_id: objectId, client_id: clientId, display_name: `host-${index}`, arm_id: arm }
    rows.into('principals', principalRow({ ...names, owner_instance_id: randomUUID(), ...stamps }))
    rows.into(
      'credentials',
      credentialRow({
        ...{ id: randomUUID(), slot_id: randomUUID(), principal_id: objectId, run_id: randomUUID(), ca_id: 'bench' },
        ...{ serial: random(16), x5t, x5t_s256: x5tS256, spki_s256: random(32), cert_der: facts.der },
        ...{ not_before: facts.notBefore, not_after: facts.notAfter, activated_at: now, ...stamps },
      }),
    )
    if (isActive) clients.push({ clientId, x5tS256 })
  }
  db.exec('COMMIT')
  db.close()
  return clients
}
