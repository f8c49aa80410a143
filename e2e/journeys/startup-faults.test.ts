import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import Database from 'better-sqlite3'
import { program, Stack } from '../stack.ts'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
})
test.afterEach(() => stack.close())

/** Starts and expects it to refuse. @returns the one line it said */
function refusal(command: string, more: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...stack.environment, ...more }, timeout: 60_000, killSignal: 'SIGKILL' } as const
    const child = execFile(process.execPath, [program, command], options, (error, _out, stderr) => {
      // What neither refused nor ended was killed, and its children end when they lose it.
      if (error && !child.killed) resolve(stderr.trim())
      else reject(new Error(`it did not refuse: ${stderr}`))
    })
  })
}

function expectOneLine(words: string, ...parts: RegExp[]): void {
  expect(words.split('\n').filter((line) => line.startsWith('signet: '))).toHaveLength(1)
  expect(words).not.toMatch(/\n\s+at /)
  for (const part of parts) expect(words).toMatch(part)
}

test('an unknown setting is named with what was probably meant', async () => {
  expectOneLine(
    await refusal('serve', { SIGNET_DASHBORD_PORT: '1' }),
    /SIGNET_DASHBORD_PORT/,
    /SIGNET_DASHBOARD_PORT\?/,
  )
})

test('all wrong settings are told at once and no value is repeated', async () => {
  const words = await refusal('serve', { SIGNET_AUTHORITY_PORT: 'se-cret', SIGNET_LOG_LEVEL: 'loud' })
  expectOneLine(words, /SIGNET_AUTHORITY_PORT/, /SIGNET_LOG_LEVEL/)
  expect(words).not.toContain('se-cret')
})

test('the names of signet.env in the environment are no fault', async () => {
  stack.environment['SIGNET_AUTHORITY'] = 'https://elsewhere'
  stack.environment['SIGNET_IMDS_URL'] = 'http://elsewhere'
  await stack.spawn('serve', /"ready"/)
})

test('a taken port is named with the setting that moves it', async () => {
  const port = Number(stack.environment['SIGNET_AUTHORITY_PORT'])
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  try {
    expectOneLine(await refusal('serve'), new RegExp(String(port)), /SIGNET_AUTHORITY_PORT/)
    expectOneLine(await refusal('start'), new RegExp(String(port)), /SIGNET_AUTHORITY_PORT/)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

test('a data folder that is a file, or that others can write, is refused', async () => {
  const file = join(stack.folder, 'file')
  writeFileSync(file, '')
  expectOneLine(await refusal('serve', { SIGNET_DATA_DIR: join(file, 'data') }), /SIGNET_DATA_DIR/)
  const open = join(stack.folder, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  expectOneLine(await refusal('serve', { SIGNET_DATA_DIR: open }), /chmod 0700/)
})

test('SEC-63: a wrong root key is told by its ID and changes nothing', async () => {
  await stack.spawn('serve', /"ready"/)
  await stack.stop('serve')
  const key = join(stack.folder, 'keys', 'root.key')
  const before = fingerprint()
  renameSync(key, `${key}.right`)
  writeFileSync(key, `signet-root-key-v1 ${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o400 })
  const words = await refusal('serve')
  expectOneLine(words, /sealed under root key [0-9a-f]{32}/, /SIGNET_ROOT_KEY_FILE/)
  expect(words).not.toContain(Buffer.alloc(32, 7).toString('base64'))
  expect(fingerprint()).toEqual(before)
})

test('SEC-56: a provider that lacks a setting, or is given a weak key, says so and repeats no value', async () => {
  expectOneLine(
    await refusal('serve', { SIGNET_ROOT_KEY_PROVIDER: 'kms' }),
    /SIGNET_ROOT_KEY_KMS_URL, SIGNET_ROOT_KEY_KMS_CA_FILE, SIGNET_ROOT_KEY_KMS_TOKEN_FILE/,
  )
  const weak = Buffer.alloc(32, 7).toString('base64')
  const words = await refusal('serve', { SIGNET_ROOT_KEY_PROVIDER: 'environment', SIGNET_ROOT_KEY: weak })
  expectOneLine(words, /SIGNET_ROOT_KEY is no random key/)
  expect(words).not.toContain(weak)
})

test('SEC-64, SEC-142: a private key that was replaced in the database, or any row that decides, is refused in one line and on record', async () => {
  await stack.spawn('serve', /"ready"/)
  await stack.stop('serve')
  const db = new Database(join(stack.folder, 'data', 'signet.db'))
  db.prepare("UPDATE signing_keys SET private_enc = CAST('plain text' AS BLOB)").run()
  expectOneLine(
    await refusal('serve'),
    /the row \S+ of signing_keys and 1 more were changed with something else than Signet: nothing is served/,
  )
  expect(db.prepare("SELECT count(*) FROM audit_events WHERE action = 'integrity.failure'").pluck().get()).toBe(2)
  db.prepare("UPDATE cluster_settings SET value = '{}'").run()
  expectOneLine(await refusal('serve'), /and 2 more were changed/)
  db.close()
})

test('SEC-56: a root key inside the data folder or readable by others is refused', async () => {
  const inside = join(stack.folder, 'data', 'root.key')
  expectOneLine(await refusal('serve', { SIGNET_ROOT_KEY_FILE: inside }), /inside the data folder/)
  const key = join(stack.folder, 'shared.key')
  writeFileSync(key, `signet-root-key-v1 ${Buffer.alloc(32, 7).toString('base64')}\n`)
  chmodSync(key, 0o644)
  expectOneLine(await refusal('serve', { SIGNET_ROOT_KEY_FILE: key }), /chmod 0400/)
})

test('a newer schema is refused and left alone', async () => {
  await stack.spawn('serve', /"ready"/)
  await stack.stop('serve')
  const db = new Database(join(stack.folder, 'data', 'signet.db'))
  db.prepare("INSERT INTO schema_migrations (version, checksum, applied_at) VALUES (99, 'x', 0)").run()
  db.close()
  expectOneLine(await refusal('serve'), /schema 99/, /newer Signet/)
})

test('a second server on the same data folder is refused', async () => {
  await stack.spawn('serve', /"ready"/)
  expectOneLine(await refusal('serve'), /another Signet server/)
})

test('an agent that is not enrolled says what to run', async () => {
  expectOneLine(await refusal('agent'), /signet enroll/)
})

/** What must not change when a start is refused. */
function fingerprint(): unknown {
  const db = new Database(join(stack.folder, 'data', 'signet.db'), { readonly: true })
  try {
    const keys = db.prepare('SELECT id, purpose, hex(wrapped) FROM data_keys ORDER BY id').raw().all()
    const events = db.prepare('SELECT count(*) FROM audit_events').pluck().get()
    return { keys, events, ca: readFileSync(join(stack.folder, 'data', 'ca.pem'), 'utf8') }
  } finally {
    db.close()
  }
}
