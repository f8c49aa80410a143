import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { openSqlite } from '../platform/database/sqlite.ts'
import { type BackupHeader, openBackup, sealBackup } from './backup-file.ts'

/** What one backup is made of. */
export interface BackupOrder {
  readonly dataDir: string
  readonly target: string
  readonly header: Omit<BackupHeader, 'files'>
  readonly key: Uint8Array
}

export type BackupAnswer = { readonly bytes: number } | { readonly error: string }

const pagesPerStep = 2_000

const order = workerData as BackupOrder
const scratch = join(order.dataDir, 'backup-scratch')
const answer = await make().then(
  (bytes): BackupAnswer => ({ bytes }),
  (error: unknown): BackupAnswer => ({ error: error instanceof Error ? error.message : String(error) }),
)
rmSync(scratch, { recursive: true, force: true })
parentPort?.postMessage(answer)

/** Copies both databases while others write to them, seals the copies, and opens the result again to see that it is whole. */
async function make(): Promise<number> {
  const key = Buffer.from(order.key)
  const copies = freshFolder('copies')
  const files = []
  // What tokens did is copied first: nothing in it is then newer than what it is about.
  for (const name of ['telemetry.db', 'signet.db'] as const) {
    await copy(join(order.dataDir, name), join(copies, name))
    files.push({ name, bytes: statSync(join(copies, name)).size })
  }
  const header = { ...order.header, files }
  sealBackup(
    order.target,
    header,
    key,
    files.map(({ name }) => join(copies, name)),
  )
  rmSync(copies, { recursive: true, force: true })
  try {
    verify(openBackup(order.target, key, freshFolder('restored')))
  } catch (error) {
    rmSync(order.target, { force: true })
    throw error
  }
  return statSync(order.target).size
}

/** One picture: the read transaction keeps writers from making the copy begin again. */
async function copy(from: string, to: string): Promise<void> {
  const db = openSqlite(from, { readonly: true })
  try {
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM sqlite_master').get()
    await db.backup(to, { progress: () => pagesPerStep })
  } finally {
    db.close()
  }
}

/** The scratch store is opened as a restore would open it, and read. */
function verify(header: BackupHeader): void {
  for (const { name } of header.files) {
    const db = openSqlite(join(scratch, 'restored', name), { readonly: true })
    try {
      const found = db.pragma('integrity_check', { simple: true })
      if (found !== 'ok') throw new Error(`the backup does not restore: ${name}: ${String(found)}`)
      if (name === 'signet.db') db.prepare('SELECT count(*) FROM principals').get()
    } finally {
      db.close()
    }
  }
}

function freshFolder(name: string): string {
  const folder = join(scratch, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
