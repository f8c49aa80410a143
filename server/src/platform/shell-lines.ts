import { z } from 'zod'

export const Shell = z.enum(['sh', 'fish', 'powershell', 'dotenv', 'json'])
export type Shell = z.infer<typeof Shell>

const single = (value: string, quote: string) => `'${value.replaceAll("'", quote)}'`

/** One variable in each of them; a value stays a value, whatever it is made of. */
const lines: Record<Exclude<Shell, 'json'>, (name: string, value: string) => string> = {
  sh: (name, value) => `export ${name}=${single(value, "'\\''")}`,
  fish: (name, value) => `set -gx ${name} ${single(value.replaceAll('\\', '\\\\'), "\\'")}`,
  powershell: (name, value) => `$env:${name} = ${single(value, "''")}`,
  dotenv: (name, value) => `${name}="${value.replaceAll(/["\\$`]/g, '\\$&')}"`,
}

/** Variables as one shell, or one kind of file, sets them; ends with a line break. */
export function shellLines(variables: Readonly<Record<string, string>>, shell: Shell = 'sh'): string {
  if (shell === 'json') return `${JSON.stringify(variables, null, 2)}\n`
  return Object.entries(variables)
    .map(([name, value]) => `${lines[shell](name, value)}\n`)
    .join('')
}
