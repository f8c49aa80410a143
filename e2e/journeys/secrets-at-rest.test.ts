import { createDecipheriv, createPrivateKey, type JsonWebKey } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from '@playwright/test'
import Database from 'better-sqlite3'
import { Stack } from '../stack.ts'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
  // Temporary files land inside the folder too, so that they are searched.
  mkdirSync(join(stack.folder, 'tmp'))
  stack.environment['TMPDIR'] = join(stack.folder, 'tmp')
  stack.environment['SIGNET_LOG_LEVEL'] = 'debug'
})
test.afterEach(() => stack.close())

interface Sentinel {
  readonly name: string
  readonly bytes: Buffer
  /** Where it belongs, if anywhere: a file, or a folder. */
  readonly home?: RegExp
}

test('SEC-61: no private key, code, session ID, join token or root key is in plain text in any file', async () => {
  test.setTimeout(240_000)
  const link = await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  const name = instance?.name ?? ''
  await stack.signet('instance', 'on', name)
  await stack.signet('instance', 'rotate', name)
  const tested = await stack.json<{ accessToken: string }>(
    'token',
    name,
    '--resource',
    'https://vault.azure.net',
    '--reveal',
  )
  const added = await stack.json<{ join: { token: string } }>('instance', 'add', 'another')
  const code = link.split('#code=')[1] ?? ''
  const session = await signIn(code)
  const recovered = (await stack.signet('operator', 'recover')).trim().split('#code=')[1] ?? ''
  const shares = (await stack.signet('recovery-shares')).match(/^SIGNET-.*$/gm) ?? []

  const sentinels: Sentinel[] = [
    { name: 'root key', bytes: rootKey(), home: /^keys\/root\.key$/ },
    { name: 'spent code', bytes: Buffer.from(code) },
    { name: 'unspent code', bytes: Buffer.from(recovered) },
    { name: 'session ID', bytes: Buffer.from(session) },
    { name: 'join token', bytes: Buffer.from(added.join.token) },
    { name: 'access token', bytes: Buffer.from(tested.accessToken) },
    ...shares.map((share) => ({ name: 'recovery share', bytes: Buffer.from(share) })),
    ...serverKeys(),
    ...agentKeys(),
  ]
  expect(sentinels.map((one) => one.name)).toEqual(
    expect.arrayContaining(['certificate authority', 'signing key', 'agent']),
  )
  for (const { bytes } of sentinels) expect(bytes.length).toBeGreaterThanOrEqual(20)

  expect(found(sentinels), 'while everything runs').toEqual([])
  await stack.stop()
  await stack.spawn('serve', /"ready"/)
  await stack.spawn('agent', /"agent started"/)
  await stack.signet('instance', 'rotate', name)
  await stack.kill('serve')
  await stack.kill('agent')
  sentinels.push(...agentKeys())
  expect(filesOf(stack.folder).filter((file) => file.endsWith('-wal'))).toHaveLength(2)
  expect(found(sentinels), 'after kill -9, with the write-ahead logs as they were').toEqual([])
  const controls = found(sentinels.map(({ home: _home, ...rest }) => rest))
  expect(controls, 'the search finds what is where it belongs').toContain('root key in keys/root.key')
  expect(controls.some((one) => one.startsWith('agent in agent/'))).toBe(true)
})

/** Signs in as a browser does. @returns the ID of the session */
async function signIn(code: string): Promise<string> {
  const origin = `http://localhost:${stack.environment['SIGNET_DASHBOARD_PORT']}`
  const answer = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code, displayName: 'Ada' }),
  })
  expect(answer.ok, await answer.clone().text()).toBe(true)
  return /=([^;]+);/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
}

function rootKey(): Buffer {
  const [, key = ''] = readFileSync(join(stack.folder, 'keys', 'root.key'), 'utf8')
    .trim()
    .split(' ')
  return Buffer.from(key, 'base64')
}

/** The private numbers of a key, which every encoding of it contains. */
function numbersOf(name: string, jwk: JsonWebKey, home?: RegExp): Sentinel[] {
  return [jwk.d, jwk['p'], jwk['q']].flatMap((number) =>
    typeof number === 'string' ? [{ name, bytes: Buffer.from(number, 'base64url'), ...(home && { home }) }] : [],
  )
}

/** Opened with the root key, as the server does: first the purpose keys, then what they seal. */
function serverKeys(): Sentinel[] {
  const db = new Database(join(stack.folder, 'data', 'signet.db'), { readonly: true })
  const purposes = db.prepare<[], { id: string; purpose: string; wrapped: Buffer }>('SELECT * FROM data_keys').all()
  const keys = new Map(
    purposes.map(({ id, purpose, wrapped }) => [
      purpose,
      opened(rootKey(), 'root-wrap', ['data_keys', `${id}/${purpose}`, 'wrapped', 1], wrapped),
    ]),
  )
  const privateKeys = (name: string, purpose: string, table: string, id: string, column: string) =>
    db
      .prepare<[], { id: string; sealed: Buffer }>(`SELECT ${id} AS id, ${column} AS sealed FROM ${table}`)
      .all()
      .flatMap((row) => {
        const der = opened(keys.get(purpose) ?? Buffer.alloc(32), purpose, [table, row.id, column, 1], row.sealed)
        return numbersOf(name, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }))
      })
  const found = [
    ...[...keys].map(([purpose, bytes]) => ({ name: `purpose key ${purpose}`, bytes })),
    ...privateKeys('certificate authority', 'ca', 'certificate_authorities', 'id', 'key_enc'),
    ...privateKeys('signing key', 'signing', 'signing_keys', 'kid', 'private_enc'),
  ]
  db.close()
  return found
}

function opened(key: Buffer, purpose: string, place: readonly (string | number)[], envelope: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, envelope.subarray(17, 29))
  decipher.setAAD(Buffer.from([purpose, ...place, envelope.subarray(1, 17).toString('hex')].join('|')))
  decipher.setAuthTag(envelope.subarray(-16))
  return Buffer.concat([decipher.update(envelope.subarray(29, -16)), decipher.final()])
}

/** The keys of agent and identities are files of the agent's folder (SECURITY.md) and must be in no other. */
function agentKeys(): Sentinel[] {
  return filesOf(join(stack.folder, 'agent')).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const pems = text.replaceAll('\\n', '\n').match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? []
    const plain = [...text.matchAll(/"(?:privateKey|pkcs8|key)":\s*"([A-Za-z0-9+/=_-]{100,})"/g)].map(
      ([, one = '']) => ({
        key: Buffer.from(one, 'base64'),
        format: 'der' as const,
        type: 'pkcs8' as const,
      }),
    )
    return [...pems, ...plain].flatMap((key) =>
      numbersOf('agent', createPrivateKey(key).export({ format: 'jwk' }), /^agent\//),
    )
  })
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Each sentinel outside its home, in raw bytes, hexadecimal, base64 or base64url, at any alignment and line length. */
function found(sentinels: readonly Sentinel[]): string[] {
  return filesOf(stack.folder).flatMap((file) => {
    const place = relative(stack.folder, file)
    const raw = contentOf(file)
    const unbroken = raw.toString('latin1').replaceAll(/\s|\\n/g, '')
    const lower = unbroken.toLowerCase()
    return sentinels
      .filter(({ home, bytes }) => {
        if (home?.test(place)) return false
        const isEncoded = base64FormsOf(bytes).some((form) => unbroken.includes(form))
        return raw.includes(bytes) || lower.includes(bytes.toString('hex')) || isEncoded
      })
      .map(({ name }) => `${name} in ${place}`)
  })
}

/** Empty for a file that a running process has just taken away. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

/** The letters that depend on nothing but these bytes, for each of the three places where they may begin. */
function base64FormsOf(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((lead) => {
    const padded = Buffer.concat([Buffer.alloc(lead), bytes])
    const whole = padded.subarray(0, padded.length - (padded.length % 3))
    const from = Math.ceil((lead * 8) / 6)
    return [whole.toString('base64').slice(from), whole.toString('base64url').slice(from)]
  })
}
