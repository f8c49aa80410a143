import type { z } from 'zod'
import { StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'

export interface Output {
  readonly json?: true
}

/** What every command of the console is made with. */
export interface Console {
  readonly connect: () => Promise<ConsoleClient>
  readonly print: <T>(value: T, options: Output, words: (value: T) => string) => void
}

export const json = ['--json', 'print JSON'] as const

/** Of an option that may be given several times. */
export function repeated(value: string, all: readonly string[]): string[] {
  return [...all, value]
}

/** @throws StartupError that names what can be chosen */
export function choice<T extends string>(
  choices: z.ZodType<T> & { options: readonly T[] },
  name: string,
  given: string,
): T {
  const parsed = choices.safeParse(given)
  if (!parsed.success) throw new StartupError(`${name} is one of ${choices.options.join(', ')}`)
  return parsed.data
}

/** @throws StartupError for what is none */
export function wholeNumber(option: string, given: string): number {
  if (/^\d{1,8}$/.test(given)) return Number(given)
  throw new StartupError(`${option} is a whole number`)
}
