import type { KeyObject } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId, RunId, SlotId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import { readCertificate } from '../platform/crypto/certificate.ts'
import { importPrivateKey } from '../platform/crypto/key-pair.ts'
import { agentFiles, loadStored, removeDurably, storeDurably } from './agent-folder.ts'

const StoredKey = z.object({
  /** Base64 of PKCS#8. */
  privateKey: z.string(),
  /** The run the key was made for; the server may have had none. */
  runId: RunId.nullable(),
})

const StoredCredential = StoredKey.extend({
  /** Base64 of DER, the leaf first. */
  certificates: z.array(z.string()).min(1),
  x5tS256: ThumbprintS256,
})
export type StoredCredential = z.infer<typeof StoredCredential>

/**
 * The credential of one slot at rest. It moves `pendingKey` → `prepared` → `active` → `previous`, one atomic write
 * each, so whatever moment the process dies in, the next one sees either the step before or the step after (SEC-43).
 */
export const CredentialRecord = z.object({
  slotId: SlotId,
  objectId: ObjectId,
  /** A key whose certificate has not arrived. */
  pendingKey: StoredKey.nullable(),
  /** Has a certificate that the server was not told of yet. */
  prepared: StoredCredential.nullable(),
  /** What assertions are signed with. */
  active: StoredCredential.nullable(),
  /** What they were signed with before, for as long as the server may still roll back to it. */
  previous: StoredCredential.nullable(),
})
export type CredentialRecord = z.infer<typeof CredentialRecord>

/** The files of all slots: one each, owner-only, replaced whole, flushed with their folder. */
export class CredentialFiles {
  readonly #folder: string

  constructor(agentDir: string) {
    this.#folder = agentFiles.credentials(agentDir)
  }

  /** Every readable record. A damaged file is taken away: the server issues anew for a slot without a credential. */
  all(): CredentialRecord[] {
    return filesIn(this.#folder).flatMap((name) => {
      const record = loadStored(join(this.#folder, name), CredentialRecord)
      if (record && `${record.slotId}.json` === name && isWhole(record)) return [record]
      removeDurably(join(this.#folder, name))
      return []
    })
  }

  store(record: CredentialRecord): void {
    storeDurably(this.#file(record.slotId), record)
  }

  wipe(slotId: SlotId): void {
    removeDurably(this.#file(slotId))
  }

  #file(slotId: SlotId): string {
    return join(this.#folder, `${slotId}.json`)
  }
}

/** What signs an assertion. */
export interface SigningCredential {
  readonly privateKey: KeyObject
  readonly x5tS256: string
  readonly notAfter: number
}

export function signingCredentialOf(stored: StoredCredential): SigningCredential {
  return {
    privateKey: importPrivateKey(Buffer.from(stored.privateKey, 'base64')),
    x5tS256: stored.x5tS256,
    notAfter: readCertificate(Buffer.from(stored.certificates[0] ?? '', 'base64')).notAfter,
  }
}

/** Whether every key and certificate in it can be read. */
function isWhole(record: CredentialRecord): boolean {
  try {
    if (record.pendingKey) importPrivateKey(Buffer.from(record.pendingKey.privateKey, 'base64'))
    for (const stored of [record.prepared, record.active, record.previous]) if (stored) signingCredentialOf(stored)
    return true
  } catch {
    return false
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
