import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { issueSelfSigned, readCertificate } from '../src/platform/crypto/certificate.ts'
import { openServer } from './open-server.ts'

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
  const clients = await fill(join(config.dataDir, 'signet.db'), instances, {
    tenantId,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
  })
  return { environment, tenantId, clients, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

/** Rows as the registry writes them, without the slots and runs around them, which the token path never reads. */
async function fill(file: string, instances: number, shared: { tenantId: string; pkcs8: Buffer }) {
  const db = new Sqlite(file)
  db.pragma('foreign_keys = OFF')
  const now = Date.now()
  const principal = db.prepare(
    "INSERT INTO principals (object_id, tenant_id, client_id, kind, display_name, owner_instance_id, arm_id, state, version, created_at, updated_at) VALUES (?, ?, ?, 'system', ?, ?, ?, 'enabled', 1, ?, ?)",
  )
  const credential = db.prepare(
    "INSERT INTO credentials (id, tenant_id, slot_id, principal_id, serial, x5t, x5t_s256, spki_s256, cert_der, key_alg, key_location, ca_id, not_before, not_after, state, run_id, activated_at, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'rsa2048', 'agent', 'bench', ?, ?, 'active', ?, ?, 1, ?, ?)",
  )
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
    principal.run(objectId, shared.tenantId, clientId, `host-${index}`, randomUUID(), arm, now, now)
    credential.run(
      ...[randomUUID(), shared.tenantId, randomUUID(), objectId, random(16), x5t, x5tS256, random(32), facts.der],
      ...[facts.notBefore, facts.notAfter, randomUUID(), now, now, now],
    )
    if (isActive) clients.push({ clientId, x5tS256 })
  }
  db.exec('COMMIT')
  db.close()
  return clients
}
