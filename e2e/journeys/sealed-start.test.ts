import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { freshToken } from '../fresh-token.ts'
import { program, Stack } from '../stack.ts'

let stack: Stack
let key: string
test.describe.configure({ timeout: 180_000 })
test.beforeEach(async () => {
  stack = await Stack.open()
  key = join(stack.folder, 'keys', 'root.key')
})
test.afterEach(() => stack.close())

const ask = (path: string) => fetch(`http://localhost:${stack.environment['SIGNET_DASHBOARD_PORT']}${path}`)

/**
 * A sealed server looks for its key again, twice: finds half of one, then none. Its log says so.
 *
 * @param log what the server has logged until now
 */
async function looksAgain(log: () => string): Promise<void> {
  const looks = () => log().match(/still sealed/g)?.length ?? 0
  writeFileSync(key, 'half a key', { mode: 0o400 })
  await expect.poll(looks, { timeout: 20_000, message: 'it finds half a key' }).toBe(1)
  rmSync(key)
  await expect.poll(looks, { timeout: 20_000, message: 'it finds no key' }).toBe(2)
}

/** A token through the local endpoint of the agent, as a workload asks for it. */
async function localToken(): Promise<{ status: number; token: unknown }> {
  const { SIGNET_IMDS_URL = '' } = stack.clientVariables()
  const query = 'api-version=2018-02-01&resource=https://vault.azure.net'
  const answer = await fetch(`${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?${query}`, {
    headers: { Metadata: 'true' },
  })
  const body = (await answer.json()) as { access_token?: string }
  return { status: answer.status, token: body.access_token }
}

/** `signet recover-root-key` with these shares on its standard input. */
function recover(shares: readonly string[]): Promise<{ code: number | null; words: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'recover-root-key'], { env: stack.environment })
    let words = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (words += chunk.toString()))
    child.once('close', (code) => resolve({ code, words }))
    child.stdin.end(shares.map((share) => `${share}\n`).join(''))
  })
}

test('SEC-57: without the root key the server is up and sealed, agents serve from cache, and it opens by itself', async () => {
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  await stack.signet('instance', 'on', instance?.name ?? '')
  await stack.stop()
  await stack.spawn('serve', /"ready"/)
  await stack.spawn('agent', /"agent started"/)
  await expect.poll(async () => (await localToken()).status, { timeout: 20_000 }).toBe(200)
  const before = await localToken()
  expect((await ask('/livez')).status).toBe(200)
  expect((await ask('/readyz')).status).toBe(200)
  const open = (await (await ask('/api/unseal')).json()) as { sealed: boolean; keyId: string }
  expect(open.sealed).toBe(false)

  await stack.stop('serve')
  renameSync(key, `${key}.away`)
  await stack.spawn('serve', /sealed: /)
  expect((await ask('/livez')).status).toBe(200)
  const ready = await ask('/readyz')
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'sealed' }])
  const status = (await (await ask('/api/unseal')).json()) as Record<string, unknown>
  expect(status).toMatchObject({ sealed: true, provider: 'file', keyId: open.keyId, reason: /./, mend: /./ })
  for (const path of ['/', '/api/instances', '/api/session', '/assets/x.js', '/metadata']) {
    const answer = await ask(path)
    expect(answer.status, path).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('3')
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'sealed', status: 503 })
  }
  await expect(stack.signet('instance', 'list')).rejects.toThrow('The server is sealed')
  expect(await localToken()).toEqual(before)

  await looksAgain(() => stack.output('serve'))
  renameSync(`${key}.away`, key)
  await expect.poll(async () => (await ask('/readyz')).status, { timeout: 20_000 }).toBe(200)
  expect(stack.output('serve').match(/sealed: /g)).toHaveLength(1)
  expect(stack.output('serve')).toMatch(/signet: sealed: the root key .* is missing: .*SIGNET_ROOT_KEY_FILE/)
  expect((await ask('/api/instances')).status).toBe(401)
  const listed = await stack.json<{ name: string }[]>('instance', 'list')
  expect(listed).toHaveLength(1)
  await freshToken(stack, instance?.name ?? '')
  const trail = await stack.admin<{ items: { action: string }[] }>('GET', '/audit')
  expect(trail.items.map((event) => event.action)).toContain('server.unsealed')
  expect(await stack.stop('serve')).toBe(0)
})

test('SEC-57: a sealed server stops at once on SIGTERM, and the evaluation stack says in one line that it waits', async () => {
  await stack.start()
  await stack.stop()
  renameSync(key, `${key}.away`)
  await stack.spawn('serve', /sealed: /)
  expect(await stack.stop('serve')).toBe(0)
  await stack.spawn('start', /sealed: .*\n/)
  await looksAgain(() => readFileSync(join(stack.folder, 'logs', 'serve.log'), 'utf8'))
  renameSync(`${key}.away`, key)
  await expect
    .poll(
      async () =>
        ask('/readyz').then(
          (answer) => answer.status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200)
  expect(stack.output('start').match(/sealed: /g)).toHaveLength(1)
})

test('SEC-58: a deleted root key is recovered from any two of three shares, while the server waits for it', async () => {
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  await stack.signet('instance', 'on', instance?.name ?? '')
  const sharesOf = (words: string) => words.match(/^SIGNET-.*$/gm) ?? []
  const old = sharesOf(await stack.signet('recovery-shares'))
  const printed = await stack.signet('recovery-shares')
  const shares = sharesOf(printed)
  expect(shares).toHaveLength(3)
  const open = await recover(shares)
  expect([open.code, open.words]).toEqual([1, expect.stringContaining('nothing to recover')])
  const trail = await stack.admin<{ items: { action: string; actor: { kind: string } }[] }>('GET', '/audit')
  expect(trail.items[0]).toMatchObject({ action: 'recovery_shares.taken', actor: { kind: 'console' } })
  await stack.stop()
  rmSync(key)
  await stack.spawn('serve', /sealed: /)

  const [first = '', second = '', third = ''] = shares
  const mistyped = `${first.slice(0, -1)}${first.endsWith('0') ? '1' : '0'}`
  for (const [given, said] of [
    [[], /no share was given/],
    [[second], /1 share of set \w+ is not enough/],
    [[mistyped, second], /share 1 of set \w+ is mistyped/],
    [[first, old[1] ?? ''], /give shares of one set/],
    [old.slice(0, 2), /are of set \w+, but this data is opened by set/],
  ] as const) {
    const refused = await recover(given)
    expect(refused.code).toBe(1)
    expect(refused.words).toMatch(said)
    expect(existsSync(key)).toBe(false)
  }
  const done = await recover([third, '', first])
  expect([done.code, done.words]).toEqual([0, expect.stringMatching(/^Root key [0-9a-f]{32} is in .*root\.key/)])
  await expect.poll(async () => (await ask('/readyz')).status, { timeout: 20_000 }).toBe(200)
  await stack.spawn('agent', /"agent started"/)
  await freshToken(stack, instance?.name ?? '')
  const after = await stack.admin<{ items: { action: string }[] }>('GET', '/audit?filter=action:root_key.recovered')
  expect(after.items).toHaveLength(1)
})
