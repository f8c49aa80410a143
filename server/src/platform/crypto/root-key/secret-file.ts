import { readFileSync, statSync } from 'node:fs'
import { StartupError } from '../../signet-error.ts'

/**
 * One line of a file that only its owner may read (0400), such as a PIN or a token.
 *
 * @param setting the name of the setting that names the file
 * @throws StartupError naming the file and the mend
 */
export function readSecretFile(file: string, setting: string): string {
  const mode = modeOf(file, setting)
  if (mode !== 0o400) {
    throw new StartupError(
      `the file ${file} of ${setting} has mode 0${mode.toString(8)}: run chmod 0400 on it, so that nobody else can read it`,
    )
  }
  const text = readTextFile(file, setting).trim()
  if (!/^[\x21-\x7e]{1,4096}$/.test(text)) throw new StartupError(`the file ${file} of ${setting} is not one word`)
  return text
}

/** @throws StartupError naming the file and the setting */
export function readTextFile(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, setting, cause)
  }
}

function modeOf(file: string, setting: string): number {
  try {
    return statSync(file).mode & 0o777
  } catch (cause) {
    throw unreadable(file, setting, cause)
  }
}

function unreadable(file: string, setting: string, cause: unknown): StartupError {
  return new StartupError(`the file ${file} cannot be read: mend it or set ${setting} to another`, { cause })
}
