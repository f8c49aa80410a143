import type { RootKeyProviderName } from '@signet/shared/api/deployment'
import { StartupError } from '../../signet-error.ts'

/** Whose key is wrapped; a wrapped key opens for no other name and no other purpose. */
export interface WrappedPlace {
  readonly keyId: string
  readonly purpose: string
}

/**
 * Holds the root key and does the two things it is for: wrapping the purpose keys of the database and opening them
 * again (SEC-56). The key itself need never leave it.
 *
 * Every method but `describe` throws RootKeyUnavailable when the key is missing or out of reach, and StartupError when
 * it is there and wrong: only the first is worth waiting for.
 */
export interface RootKeyProvider {
  /** What it is and where its key is looked for; never the key. */
  describe(): { readonly provider: RootKeyProviderName; readonly where: string }
  /** The ID of the key as it is now, 32 hexadecimal digits: what a database compares with the one it was sealed under. */
  health(): Promise<string>
  wrap(place: WrappedPlace, key: Buffer): Promise<Buffer>
  unwrap(place: WrappedPlace, wrapped: Buffer): Promise<Buffer>
  /** Makes a key where there is none; only a provider that keeps its key by itself has this. */
  create?(): Promise<void>
  /** Finishes a change of the key that was cut short; `ref` is the ID of the key that the data is under. */
  settle?(ref: string): Promise<void>
}

/** The root key is missing or its provider does not answer. It may come back by itself, so the server starts sealed. */
export class RootKeyUnavailable extends StartupError {
  readonly reason: string
  readonly mend: string

  constructor(reason: string, mend: string, options: { cause?: unknown } = {}) {
    super(`${reason}: ${mend}`, options)
    this.name = 'RootKeyUnavailable'
    this.reason = reason
    this.mend = mend
  }
}
