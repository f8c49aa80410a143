import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { addCaCommands } from './ca-commands.ts'

let folder: string
let printed: string[]

beforeEach(() => {
  folder = temporaryFolder()
  printed = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function run(...words: string[]): Promise<unknown> {
  const answer = { name: 'Signet Root CA', certificate: 'CERTIFICATE\n', privateKey: 'LOCKED\n', passphrase: 'open-it' }
  const program = new Command()
  addCaCommands(program.command('ca'), {
    connect: async () => ({ call: async () => answer }) as never,
    print: (value, _options, inWords) => printed.push(inWords(value)),
  })
  return program.parseAsync(['ca', ...words], { from: 'user' })
}

describe('signet ca export', () => {
  it('puts certificate and locked key in a file for its owner alone, and the passphrase on the screen only (SEC-54)', async () => {
    const file = join(folder, 'root.pem')
    await run('export', 'an-id', '--to', file)
    expect(readFileSync(file, 'utf8')).toBe('CERTIFICATE\nLOCKED\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(printed.join()).toContain('open-it')
  })

  it('writes over no file that is there', async () => {
    const file = join(folder, 'root.pem')
    await run('export', 'an-id', '--to', file)
    await expect(run('export', 'an-id', '--to', file)).rejects.toThrow('name another that is not there yet')
    expect(printed).toHaveLength(1)
  })
})
