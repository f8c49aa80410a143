import { closeSync, fsyncSync, openSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ClientId, SlotId } from '@signet/shared/vocabulary/identifiers'
import type { LocalDialect } from '@signet/shared/wire/agent-protocol'
import type { z } from 'zod'
import { writePrivateFile } from '../platform/data-folder.ts'

/** Where everything of an agent lies, below its own folder; all of it is readable by its owner alone (SEC-47). */
export const agentFiles = {
  identity: (agentDir: string) => join(agentDir, 'agent.json'),
  enrollment: (agentDir: string) => join(agentDir, 'enrolling.json'),
  renewal: (agentDir: string) => join(agentDir, 'renewing.json'),
  state: (agentDir: string) => join(agentDir, 'state.json'),
  credentials: (agentDir: string) => join(agentDir, 'credentials'),
  drills: (agentDir: string) => join(agentDir, 'drills'),
  /** Of a rotation that is rehearsed: it is there for as long as that takes. */
  drill: (agentDir: string, slotId: SlotId) => join(agentDir, 'drills', `${slotId}.json`),
  endpoints: (agentDir: string) => join(agentDir, 'endpoints.json'),
  /** The one that most clients want has the plain name. */
  environment: (agentDir: string, dialect: LocalDialect) =>
    join(agentDir, dialect === 'app-service' ? 'identity.env' : `identity-${dialect}.env`),
  /** What clients send to the authority in the place of an assertion of their own; one for each identity. */
  tokenFiles: (agentDir: string) => join(agentDir, 'token-files'),
  tokenFile: (agentDir: string, clientId: ClientId) => join(agentDir, 'token-files', `${clientId}.jwt`),
  /** Of the server and its authority, as it was pinned. */
  authorityCa: (agentDir: string) => join(agentDir, 'authority-ca.pem'),
  /** The same with all that this machine trusts, for clients that trust one file alone. */
  allCas: (agentDir: string) => join(agentDir, 'all-cas.pem'),
  /** Folders of further instances on the same host. */
  instances: (agentDir: string) => join(agentDir, 'instances'),
  /** Of the authority behind the local endpoint over TLS. */
  localCa: (agentDir: string) => join(agentDir, 'local-ca.pem'),
  /** Where `signet run` asks for a secret of its own. */
  runSocket: (agentDir: string) => join(agentDir, 'run.sock'),
} as const

/** Replaces a file in one step and flushes it and its folder: after this returns it survives a power cut (SEC-43). */
export function storeDurably(file: string, value: unknown): void {
  writePrivateFile(file, JSON.stringify(value))
  flushFolder(dirname(file))
}

/** Takes a file away for good; a file that is not there is fine. */
export function removeDurably(file: string): void {
  rmSync(file, { force: true })
  flushFolder(dirname(file))
}

/** The content of a file of ours; undefined when it is absent or not what it should be. */
export function loadStored<T extends z.ZodType>(file: string, schema: T): z.output<T> | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
