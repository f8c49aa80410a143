import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import Database from 'better-sqlite3'
import { Stack } from '../stack.ts'

const resource = 'https://vault.azure.net'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
})
test.afterEach(() => stack.close())

test('a second start finds everything as it was, and SIGTERM ends it with exit code 0', async () => {
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  const name = instance?.name ?? ''
  const before = await stack.json<{ identity: unknown; credential: { thumbprint: string } }>('instance', 'on', name)
  expect(await stack.stop()).toBe(0)
  expect(existsSync(join(stack.folder, 'data', 'signet.env'))).toBe(true)

  await stack.start()
  const after = await stack.json<{ identity: unknown; credential: { thumbprint: string } }>('instance', 'show', name)
  expect(after.identity).toEqual(before.identity)
  expect(after.credential.thumbprint).toBe(before.credential.thumbprint)
  const test = await stack.json<{ outcome: string }>('token', name, '--resource', resource)
  expect(test.outcome).toBe('ok')
})

interface Run {
  state: string
  to: { thumbprint: string } | null
}

/** SEC-43, SEC-124, SEC-143: ten times kill -9 of server or agent at a random moment of a rotation. */
test('kill -9 at random moments of ten rotations loses nothing', async () => {
  test.setTimeout(240_000)
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  const name = instance?.name ?? ''
  await stack.signet('instance', 'on', name)
  await stack.stop()
  await stack.spawn('serve', /"ready"/)
  await stack.spawn('agent', /"agent started"/)

  const returned = new Set<string>()
  for (let round = 0; round < 10; round += 1) {
    const victim = round % 2 === 0 ? 'serve' : 'agent'
    const rotating = stack.json<Run>('instance', 'rotate', name).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 300))
    await stack.kill(victim)
    await rotating
    await stack.spawn(victim, victim === 'serve' ? /"ready"/ : /"agent started"/)
    await expect
      .poll(async () => openRuns(stack), { timeout: 30_000, message: `round ${round}: the rotation ends` })
      .toBe(0)
    await expect
      .poll(
        async () => {
          const test = await stack
            .json<{ outcome: string; token: { claims: { uti: string } } | null }>(
              'token',
              name,
              '--resource',
              resource,
              '--bypass-cache',
            )
            .catch(() => undefined)
          if (test?.token) returned.add(test.token.claims.uti)
          return test?.outcome
        },
        { timeout: 30_000 },
      )
      .toBe('ok')
  }
  await stack.stop('agent')
  await stack.stop('serve')
  expectConsistent(stack, returned)
})

/** Runs that still wait for a certificate; one in its overlap has done its work. */
function openRuns({ folder }: Stack): number {
  const db = new Database(join(folder, 'data', 'signet.db'), { readonly: true })
  try {
    return Number(
      db.prepare("SELECT count(*) FROM rotation_runs WHERE state IN ('requested','prepared')").pluck().get(),
    )
  } finally {
    db.close()
  }
}

function expectConsistent({ folder }: Stack, returned: ReadonlySet<string>): void {
  const db = new Database(join(folder, 'data', 'signet.db'), { readonly: true })
  const log = new Database(join(folder, 'data', 'telemetry.db'), { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const count = (sql: string) => Number(db.prepare(sql).pluck().get())
    expect(count("SELECT count(*) FROM credentials WHERE state = 'active'")).toBe(1)
    expect(count("SELECT count(*) FROM credentials WHERE state = 'prepared'")).toBe(0)
    const activated = count('SELECT count(*) FROM credentials WHERE activated_at IS NOT NULL')
    expect(count("SELECT count(*) FROM audit_events WHERE action = 'credential.activated'")).toBe(activated)
    expect(count("SELECT count(*) FROM audit_events WHERE action = 'credential.prepared'")).toBe(
      count('SELECT count(*) FROM credentials'),
    )
    for (const uti of returned) {
      const hex = Buffer.from(uti, 'base64url').toString('hex')
      const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
      expect(log.prepare('SELECT outcome FROM token_log WHERE id = ?').pluck().get(id)).toBe('ok')
    }
    expect(returned.size).toBeGreaterThan(0)
  } finally {
    db.close()
    log.close()
  }
}
