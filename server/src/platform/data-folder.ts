import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartupError } from './signet-error.ts'

/**
 * Makes a folder that only its owner enters, or checks one that is there (SEC-176).
 *
 * @param setting the name of the setting that moves it, for the message
 * @throws StartupError
 */
export function ensurePrivateFolder(folder: string, setting: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new StartupError(`the folder ${folder} is not writable: make it writable or set ${setting} to another`, {
      cause,
    })
  }
  const mode = statSync(folder).mode & 0o777
  if ((mode & 0o022) !== 0) {
    throw new StartupError(
      `the folder ${folder} can be written by others (mode 0${mode.toString(8)}): run chmod 0700 on it or set ${setting} to another`,
    )
  }
}

/** Writes a whole file in one step, readable by its owner alone: a reader sees the old or the new content. */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, content, { mode: 0o600, flush: true })
  renameSync(temporary, file)
}
