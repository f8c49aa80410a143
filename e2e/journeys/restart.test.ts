import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import Database from 'better-sqlite3'
import { freshToken, vault } from '../fresh-token.ts'
import { Stack } from '../stack.ts'
import { TokenLog } from '../token-log.ts'

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
  const test = await stack.json<{ outcome: string }>('token', name, '--resource', vault)
  expect(test.outcome).toBe('ok')
})

interface Run {
  state: string
  to: { thumbprint: string } | null
}

/** SEC-43, SEC-124, SEC-143: ten times kill -9 of server or agent at a random moment of a rotation. */
test('kill -9 at random moments of ten rotations loses nothing', async () => {
  test.setTimeout(400_000)
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  const name = instance?.name ?? ''
  await stack.signet('instance', 'on', name)
  await stack.stop()
  await stack.spawn('serve', /"ready"/)
  await stack.spawn('agent', /"agent started"/)

  const returned = new Set<string>()
  const moments: string[] = []
  for (let round = 0; round < 10; round += 1) {
    const victim = round % 2 === 0 ? 'serve' : 'agent'
    const delayMs = Math.round(100 + Math.random() * 300)
    moments.push(`${victim} after ${delayMs} ms`)
    const when = `killed: ${moments.join(', ')}`
    const rotating = stack.json<Run>('instance', 'rotate', name).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await stack.kill(victim)
    await rotating
    await stack.spawn(victim, victim === 'serve' ? /"ready"/ : /"agent started"/)
    await expect.poll(() => openRuns(stack), { timeout: 30_000, message: `the rotation ends; ${when}` }).toBe(0)
    returned.add(await freshToken(stack, name, { when }))
  }
  await stack.stop('agent')
  await stack.stop('serve')
  expectConsistent(stack, { returned, when: `killed: ${moments.join(', ')}` })
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

function expectConsistent(stack: Stack, { returned, when }: { returned: ReadonlySet<string>; when: string }): void {
  const db = new Database(join(stack.folder, 'data', 'signet.db'), { readonly: true })
  const log = new TokenLog(stack)
  try {
    expect(db.pragma('integrity_check', { simple: true }), when).toBe('ok')
    const count = (sql: string) => Number(db.prepare(sql).pluck().get())
    expect(count("SELECT count(*) FROM credentials WHERE state = 'active'"), when).toBe(1)
    expect(count("SELECT count(*) FROM credentials WHERE state = 'prepared'"), when).toBe(0)
    const activated = count('SELECT count(*) FROM credentials WHERE activated_at IS NOT NULL')
    expect(count("SELECT count(*) FROM audit_events WHERE action = 'credential.activated'"), when).toBe(activated)
    expect(count("SELECT count(*) FROM audit_events WHERE action = 'credential.prepared'"), when).toBe(
      count('SELECT count(*) FROM credentials'),
    )
    for (const uti of returned) expect(log.find(uti)?.outcome, when).toBe('ok')
    expect(returned.size).toBeGreaterThan(0)
  } finally {
    db.close()
    log.close()
  }
}
