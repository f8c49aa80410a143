import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Shell, shellLines } from './shell-lines.ts'

const run = promisify(execFile)
const hostile = `a'b"c\\d $(id) \`id\` $HOME;%x`

it('gives a value to a shell as it is, and runs nothing of it', async () => {
  const lines = shellLines({ SIGNET_X: hostile })
  const { stdout } = await run('sh', ['-c', `${lines}printf %s "$SIGNET_X"`])
  expect(stdout).toBe(hostile)
})

describe.each(Shell.options)('for %s', (shell) => {
  it('has each variable once, and ends with a line break', () => {
    const text = shellLines({ A: '1', B: '2' }, shell)
    expect([text.match(/\bA\b/g)?.length, text.match(/\bB\b/g)?.length, text.endsWith('\n')]).toEqual([1, 1, true])
  })
})

it.each([
  ['fish', `set -gx A 'a\\'b"c\\\\d'\n`],
  ['powershell', `$env:A = 'a''b"c\\d'\n`],
  ['dotenv', `A="a'b\\"c\\\\d"\n`],
  ['json', `{\n  "A": "a'b\\"c\\\\d"\n}\n`],
] as const)('quotes for %s', (shell, expected) => {
  expect(shellLines({ A: `a'b"c\\d` }, shell)).toBe(expected)
})
