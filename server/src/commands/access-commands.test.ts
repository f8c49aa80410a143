import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))

let stand: AgentStand
beforeAll(async () => {
  stand = await openAgentStand()
}, 60_000)
afterAll(() => stand.close())

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program as people start it. */
function signet(words: readonly string[], input = ''): Promise<Ended> {
  const env = { ...process.env, SIGNET_DATA_DIR: stand.config.dataDir }
  const child = spawn(process.execPath, [program, ...words], { env, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

describe('what a token is good for, by the command line', () => {
  it('is a vault, a secret whose value is on no command line, and a role at it, until it is taken away', async () => {
    expect((await signet(['vault', 'create', 'acme'])).out).toContain('/providers/Microsoft.KeyVault/vaults/acme')
    const set = await signet(['secret', 'set', 'acme', 'Db-Password', '--json'], 'correct horse\n')
    expect([set.code, JSON.parse(set.out)]).toMatchObject([0, { name: 'Db-Password', versions: 1 }])
    expect(`${set.out}${set.err}`).not.toContain('correct horse')
    expect((await signet(['secret', 'list', 'acme'])).out).toMatch(/^Db-Password +[0-9a-f]{32} {2}1 versions/)
    expect((await signet(['vault', 'list'])).out).toMatch(/^acme .*1 secrets\n$/)

    const may = ['access', 'web-01', 'Microsoft.KeyVault/vaults/secrets/getSecret/action', '--scope', 'acme', '--data']
    expect((await signet(may)).out).toBe('denied: It has no role anywhere.\n')
    const given = await signet(['role', 'assign', 'web-01', 'key vault secrets user', '--scope', 'acme', '--json'])
    const { id } = JSON.parse(given.out) as { id: string }
    expect((await signet(may)).out).toMatch(/^allowed: Key Vault Secrets User at \/subscriptions\//)
    expect((await signet(['role', 'assignments'])).out).toContain(`${id}  web-01: Key Vault Secrets User at `)
    expect((await signet(['role', 'unassign', id])).code).toBe(0)
    expect((await signet(may)).out).toMatch(/^denied: /)
  }, 60_000)

  it('is refused in one line where a word is wrong', async () => {
    for (const [words, said] of [
      [
        ['role', 'assign', 'web-01', 'King', '--scope', '/'],
        'There is no role called King. signet role list names them.',
      ],
      [['role', 'assign', 'nobody', 'Reader', '--scope', '/'], 'nobody'],
      [['role', 'assign', 'web-01', 'Reader', '--scope', 'no-such-vault'], 'There is no vault of that name.'],
      [['secret', 'set', 'acme', 'Empty'], 'the value comes on standard input'],
    ] as const) {
      const { code, err } = await signet(words)
      expect([code, err.trim().split('\n').length], err).toEqual([1, 1])
      expect(err).toContain(said)
    }
  }, 60_000)

  it('is what signet usage tells of, by identity, and for those that were never used', async () => {
    expect((await signet(['usage', '--never'])).out).toMatch(/^web-01 +instance +- +0 tokens in 90 days/m)
    const listed = await signet(['usage', '--unused', '90', '--json'])
    expect([listed.code, JSON.parse(listed.out)]).toEqual([0, []])
    expect((await signet(['usage', 'web-01'])).out).toBe('No token in 90 days.\n')
    for (const [words, said] of [
      [['usage', 'nobody'], 'nobody'],
      [['usage', 'web-01', '--never'], 'not both'],
      [['usage', '--unused', 'soon'], '--unused'],
    ] as const) {
      const { code, err } = await signet(words)
      expect([code, err.includes(said)], err).toEqual([1, true])
    }
  }, 60_000)

  it('names the roles there are', async () => {
    const { out } = await signet(['role', 'list'])
    expect(out.trim().split('\n')).toHaveLength(9)
    expect(out).toMatch(/^Owner /)
  })
})
