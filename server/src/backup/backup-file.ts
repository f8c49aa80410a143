import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { StartupError } from '../platform/signet-error.ts'

/**
 * What a backup says of itself in the clear. It is authenticated with everything else: no byte of the file can be changed,
 * moved or cut off unnoticed (SEC-67).
 */
export const BackupHeader = z.object({
  format: z.literal(1),
  number: z.int(),
  tenantId: z.guid(),
  epoch: z.int(),
  /** The data is as it was then. */
  madeAt: z.int(),
  /** Of the databases in it. */
  schema: z.int(),
  /** Root key under which the backup key is wrapped here. */
  rootKeyId: z.string(),
  keyId: z.string(),
  wrappedKey: z.base64(),
  salt: z.base64(),
  files: z.array(z.object({ name: z.enum(['signet.db', 'telemetry.db']), bytes: z.int() })),
})
export type BackupHeader = z.infer<typeof BackupHeader>

const magic = Buffer.from('signet-backup\n')
const mostHeaderBytes = 65_536
const portionBytes = 2 ** 20
const tagBytes = 16

/** Writes files into one sealed file, in portions; the file is there whole or not at all. */
export function sealBackup(target: string, header: BackupHeader, key: Buffer, sources: readonly string[]): void {
  const head = Buffer.from(JSON.stringify(header))
  const cipher = portionCipher(head, key, header)
  const temporary = `${target}.${process.pid}.tmp`
  const out = openSync(temporary, 'w', 0o600)
  try {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(head.length)
    writeSync(out, Buffer.concat([magic, length, head]))
    sources.forEach((source, index) => {
      sealFile(source, (plain, last) => writeSync(out, cipher.seal(plain, last && index === sources.length - 1)))
    })
    fsyncSync(out)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(out)
  }
  renameSync(temporary, target)
}

function sealFile(source: string, write: (plain: Buffer, last: boolean) => void): void {
  const { size } = statSync(source)
  const input = openSync(source, 'r')
  try {
    for (let at = 0; at < size; at += portionBytes) {
      const plain = Buffer.alloc(Math.min(portionBytes, size - at))
      readSync(input, plain, 0, plain.length, at)
      write(plain, at + plain.length === size)
    }
  } finally {
    closeSync(input)
  }
}

/** The header of a backup, not yet proven. @throws StartupError when the file is no backup this Signet can read */
export function readHeader(file: string): { header: BackupHeader; head: Buffer; bodyAt: number } {
  const start = startOf(file)
  if (!start.subarray(0, magic.length).equals(magic)) throw new StartupError(`${file} is no backup of Signet`)
  const length = start.length < magic.length + 4 ? 0 : start.readUInt32BE(magic.length)
  const bodyAt = magic.length + 4 + length
  if (length === 0 || length > mostHeaderBytes || start.length < bodyAt) throw damaged(file)
  const head = start.subarray(magic.length + 4, bodyAt)
  const parsed = BackupHeader.safeParse(jsonOf(head))
  if (!parsed.success)
    throw new StartupError(`${file} is damaged, or of another version of Signet; nothing was changed`)
  return { header: parsed.data, head, bodyAt }
}

/**
 * Opens a backup into a folder, which gets the databases under their own names.
 *
 * @throws StartupError when it was cut off or changed, or the key is not its own; what was written so far is of no use
 */
export function openBackup(file: string, key: Buffer, folder: string): BackupHeader {
  const { header, head, bodyAt } = readHeader(file)
  const cipher = portionCipher(head, key, header)
  const body = openSync(file, 'r')
  try {
    let at = bodyAt
    const end = statSync(file).size
    for (const [index, { name, bytes }] of header.files.entries()) {
      const out = openSync(join(folder, name), 'w', 0o600)
      try {
        for (let left = bytes; left > 0; ) {
          const length = Math.min(portionBytes, left)
          const sealed = Buffer.alloc(length + tagBytes)
          if (readSync(body, sealed, 0, sealed.length, at) < sealed.length) throw damaged(file)
          at += sealed.length
          left -= length
          writeSync(out, cipher.open(sealed, left === 0 && index === header.files.length - 1, file))
        }
        fsyncSync(out)
      } finally {
        closeSync(out)
      }
    }
    if (at !== end) throw damaged(file)
  } finally {
    closeSync(body)
  }
  return header
}

function damaged(file: string): StartupError {
  return new StartupError(`${basename(file)} is damaged or cut off: take another backup; nothing was changed`)
}

function startOf(file: string): Buffer {
  try {
    const opened = openSync(file, 'r')
    try {
      const start = Buffer.alloc(magic.length + 4 + mostHeaderBytes)
      return start.subarray(0, readSync(opened, start, 0, start.length, 0))
    } finally {
      closeSync(opened)
    }
  } catch (cause) {
    throw new StartupError(`the backup ${file} cannot be read: check its name`, { cause })
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/**
 * AES-256-GCM under a key of this one backup. The nonce counts the portions and says which is the last, so that none can be
 * left out, moved or cut off; the header is in the additional data of each.
 */
function portionCipher(head: Buffer, key: Buffer, header: BackupHeader) {
  const own = Buffer.from(hkdfSync('sha256', key, Buffer.from(header.salt, 'base64'), 'signet backup', 32))
  const additional = createHash('sha256').update(head).digest()
  let count = 0
  const nonceOf = (last: boolean) => {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(count, 4)
    nonce.writeUInt8(last ? 1 : 0, 11)
    count += 1
    return nonce
  }
  return {
    seal(plain: Buffer, last: boolean): Buffer {
      const cipher = createCipheriv('aes-256-gcm', own, nonceOf(last)).setAAD(additional)
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed: Buffer, last: boolean, file: string): Buffer {
      const decipher = createDecipheriv('aes-256-gcm', own, nonceOf(last)).setAAD(additional)
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()])
      } catch {
        throw damaged(file)
      }
    },
  }
}

/** `signet-backup-000012.sgb`: their order by name is that of their numbers. */
export function backupName(number: number): string {
  return `signet-backup-${String(number).padStart(6, '0')}.sgb`
}

export const backupNamePattern = /^signet-backup-(\d{6,})\.sgb$/
