import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { newSecret } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'
import type { SignetError } from '../platform/signet-error.ts'
import { Operators } from './operators.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const browser = contextOf('anonymous', 'not signed in')
const from = (ip: string) => ({ ...browser, ip })
const codeOf = async () => (await stack.operators.issueCode(contextOf('console', 'console'))).code.reveal()
const signIn = (code: string, context = browser) => stack.operators.signIn(context, { code, displayName: 'Ada' })
const signedIn = async () => stack.operators.sessions.require(await signIn(await codeOf()))
const stepUp = async (code: string) => {
  const session = await signedIn()
  return { session, next: stack.operators.stepUp(contextOf(), session, code) }
}

describe('a fresh database', () => {
  it('has nobody in it and refuses every sign-in (SEC-1)', async () => {
    expect(await stack.operators.isClaimed()).toBe(false)
    for (const code of ['admin', 'password', '', newSecret(20)]) {
      await expect(signIn(code)).rejects.toMatchObject({ code: 'code_refused', status: 401 })
    }
    expect(await rowsOf(stack, 'operators')).toEqual([])
    expect(await rowsOf(stack, 'operator_sessions')).toEqual([])
  })
})

describe('the set-up code', () => {
  it('creates one administrator of twenty that use it at once (SEC-2)', async () => {
    const code = await codeOf()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => signIn(code, from(`192.0.2.${index}`))),
    )
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    expect(await rowsOf(stack, 'operators')).toMatchObject([{ role: 'admin', state: 'active', display_name: 'Ada' }])
    expect(await stack.operators.isClaimed()).toBe(true)
  })

  it('has at least 128 random bits and is different each time (SEC-2)', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf()))
    expect(new Set(codes).size).toBe(20)
    for (const code of codes) expect(Buffer.from(code, 'base64url').length * 8).toBeGreaterThanOrEqual(128)
  })

  it('is good for 30 minutes and not at their end (SEC-2)', async () => {
    const code = await codeOf()
    stack.clock.advance(30 * minuteMs)
    await expect(signIn(code)).rejects.toMatchObject({ code: 'code_refused' })
    const fresh = await codeOf()
    stack.clock.advance(30 * minuteMs - 1)
    await expect(signIn(fresh)).resolves.toBeInstanceOf(Secret)
  })

  it('is spent by its first use, for ever (SEC-2)', async () => {
    const code = await codeOf()
    await signIn(code)
    await expect(signIn(code)).rejects.toMatchObject({ code: 'code_refused' })
    expect((await auditTrail(stack)).at(-1)).toBe('session.refused')
  })

  it('takes the place of the one before it', async () => {
    const first = await codeOf()
    await codeOf()
    await expect(signIn(first)).rejects.toMatchObject({ code: 'code_refused' })
  })

  it('that somebody kept back makes no second administrator', async () => {
    const kept = await codeOf()
    const hidden = given((await rowsOf(stack, 'one_time_codes'))[0])
    await signIn(await codeOf())
    await tamper(
      stack,
      `INSERT INTO one_time_codes VALUES ('${hidden.code_sha256}', 'setup', NULL, ${hidden.expires_at}, NULL, ${hidden.created_at})`,
    )
    await expect(signIn(kept)).rejects.toMatchObject({ code: 'code_refused' })
    expect(await rowsOf(stack, 'operators')).toHaveLength(1)
  })

  it('is taken with blanks around it', async () => {
    await expect(signIn(`  ${await codeOf()}\n`)).resolves.toBeInstanceOf(Secret)
  })
})

describe('later codes', () => {
  it('sign the administrator in again and create nobody (SEC-13)', async () => {
    await signIn(await codeOf())
    const issued = await stack.operators.issueCode(contextOf('console', 'console'))
    expect(issued.purpose).toBe('sign_in')
    await signIn(issued.code.reveal())
    expect(await rowsOf(stack, 'operators')).toHaveLength(1)
    expect((await auditTrail(stack)).slice(-2)).toEqual(['operator.recovery_code_issued', 'session.started'])
  })

  it('are refused for an administrator who was disabled (SEC-18)', async () => {
    await signIn(await codeOf())
    const code = await codeOf()
    await tamper(stack, "UPDATE operators SET state = 'disabled'")
    await expect(signIn(code)).rejects.toMatchObject({ code: 'code_refused' })
  })
})

describe('wrong codes', () => {
  const fail = async (count: number, context = browser) => {
    for (let index = 0; index < count; index += 1) await signIn('wrong', context).catch(() => undefined)
  }
  const waitOf = (context = browser) =>
    signIn('wrong', context).then(
      () => 0,
      (error: SignetError) => error.retryAfterSeconds ?? 0,
    )

  it('before anybody exists are five in an hour from one address (SEC-165)', async () => {
    const code = await codeOf()
    await fail(5)
    await expect(signIn(code)).rejects.toMatchObject({ code: 'too_many_requests', status: 429 })
    stack.clock.advance(hourMs - 1)
    expect(await waitOf()).toBeGreaterThan(0)
    stack.clock.advance(1)
    await expect(signIn('wrong')).rejects.toMatchObject({ code: 'code_refused' })
    await expect(signIn(code, from('198.51.100.1'))).rejects.toMatchObject({ code: 'code_refused' })
  })

  it('of one address do not slow down another (SEC-11)', async () => {
    const code = await codeOf()
    await fail(6)
    await expect(signIn(code, from('198.51.100.1'))).resolves.toBeInstanceOf(Secret)
  })

  it('cost ever more time from the sixth on, and never more than five minutes (SEC-11)', async () => {
    await signIn(await codeOf())
    await fail(5)
    for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      stack.clock.advance(seconds * 1_000 - 1)
      expect(await waitOf()).toBeGreaterThan(0)
      stack.clock.advance(1)
      await expect(signIn('wrong')).rejects.toMatchObject({ code: 'code_refused' })
    }
  })

  it('are told to each caller to try again at another time (SEC-166)', async () => {
    await fail(5)
    const waits = await Promise.all(Array.from({ length: 20 }, () => waitOf()))
    expect(new Set(waits).size).toBeGreaterThan(1)
    for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(3_600)
  })

  it('are counted through a restart (SEC-166)', async () => {
    await fail(5)
    const restarted = new Operators(stack)
    await expect(restarted.signIn(browser, { code: 'wrong' })).rejects.toMatchObject({ code: 'too_many_requests' })
  })

  it('are all counted when many are tried at once (SEC-11)', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => signIn('wrong')))
    const reasons = outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'signed in'))
    expect(reasons.filter((code) => code === 'code_refused')).toHaveLength(5)
    expect(reasons.filter((code) => code === 'too_many_requests')).toHaveLength(25)
  })

  it('are forgotten after a quarter of an hour, and at once when the console issues a code (SEC-11)', async () => {
    await signIn(await codeOf())
    await fail(6)
    stack.clock.advance(15 * minuteMs)
    await expect(signIn('wrong')).rejects.toMatchObject({ code: 'code_refused' })
    await fail(6)
    await expect(signIn('wrong')).rejects.toMatchObject({ code: 'too_many_requests' })
    await expect(signIn(await codeOf())).resolves.toBeInstanceOf(Secret)
  })

  it('are on record, and once that the limit was reached (SEC-122, SEC-173)', async () => {
    await fail(50)
    const trail = await auditTrail(stack)
    expect(trail.filter((action) => action === 'session.refused')).toHaveLength(5)
    expect(trail.filter((action) => action === 'limit.reached')).toHaveLength(1)
  })

  it('of one operator are counted from wherever they come (SEC-11)', async () => {
    const session = await signedIn()
    for (let index = 0; index < 5; index += 1) {
      await stack.operators.stepUp(from(`192.0.2.${index}`), session, 'wrong').catch(() => undefined)
    }
    const next = stack.operators.stepUp(from('192.0.2.99'), session, 'wrong')
    await expect(next).rejects.toMatchObject({ code: 'too_many_requests' })
  })

  it('leave sessions that exist untouched (SEC-11)', async () => {
    const { sessionId } = await signedIn()
    await fail(11)
    await expect(stack.operators.sessions.require(sessionId)).resolves.toMatchObject({ sessionId })
  })
})

describe('what is stored', () => {
  it('is hashes: neither a code nor a session can be read from the database files (SEC-2, SEC-16)', async () => {
    const code = await codeOf()
    const sessionId = await signIn(code)
    const later = await codeOf()
    const files = ['signet.db', 'signet.db-wal'].map((name) => readFileSync(join(stack.dataDir, name)))
    const dump = Buffer.concat(files)
    for (const secret of [code, later, sessionId.reveal()]) expect(dump.includes(secret)).toBe(false)
    expect(await rowsOf(stack, 'operator_sessions')).toHaveLength(1)
  })

  it('is a session ID of 256 random bits under its SHA-256 (SEC-16)', async () => {
    const { sessionId, row } = await signedIn()
    expect(Buffer.from(sessionId.reveal(), 'base64url')).toHaveLength(32)
    expect(row.id_sha256).not.toBe(sessionId.reveal())
    await expect(stack.operators.sessions.require(new Secret(row.id_sha256))).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })
})

describe('a session', () => {
  it('ends after 30 minutes without a request (SEC-17)', async () => {
    const { sessionId } = await signedIn()
    stack.clock.advance(30 * minuteMs - 1)
    await stack.operators.sessions.require(sessionId)
    stack.clock.advance(30 * minuteMs)
    await expect(stack.operators.sessions.require(sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('ends after 12 hours however busy it is (SEC-17)', async () => {
    const { sessionId } = await signedIn()
    for (let elapsed = 0; elapsed < 12 * hourMs - 10 * minuteMs; elapsed += 10 * minuteMs) {
      stack.clock.advance(10 * minuteMs)
      await stack.operators.sessions.require(sessionId)
    }
    stack.clock.advance(10 * minuteMs)
    await expect(stack.operators.sessions.require(sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('writes at most once a minute that it was seen', async () => {
    const { sessionId, row } = await signedIn()
    stack.clock.advance(minuteMs - 1)
    await stack.operators.sessions.require(sessionId)
    expect((await rowsOf(stack, 'operator_sessions'))[0]?.last_seen_at).toBe(row.last_seen_at)
  })

  it('is over the moment somebody signs out (SEC-18)', async () => {
    const session = await signedIn()
    await stack.operators.sessions.end(contextOf(), session)
    await expect(stack.operators.sessions.require(session.sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await auditTrail(stack)).at(-1)).toBe('session.ended')
  })

  it('is over the moment the operator is disabled, and shows a changed role at once (SEC-18)', async () => {
    const { sessionId } = await signedIn()
    await tamper(stack, "UPDATE operators SET role = 'viewer'")
    expect((await stack.operators.sessions.require(sessionId)).row.role).toBe('viewer')
    await tamper(stack, "UPDATE operators SET state = 'disabled'")
    await expect(stack.operators.sessions.require(sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('the sessions of an operator', () => {
  const agentOf = (userAgent: string, ip: string) => ({ ...browser, userAgent, ip })
  const twoBrowsers = async () => {
    const laptop = await signIn(await codeOf(), agentOf('laptop', '192.0.2.1'))
    stack.clock.advance(10 * minuteMs)
    const phone = await signIn(await codeOf(), agentOf('phone', '192.0.2.2'))
    const { sessions } = stack.operators
    return { sessions, laptop: await sessions.require(laptop), phone: await sessions.require(phone) }
  }

  it('are seen by their owner: when, from where, on what, and which is this one (SEC-18)', async () => {
    const { sessions, phone } = await twoBrowsers()
    const now = stack.clock.now()
    expect(await sessions.own(phone)).toMatchObject([
      { current: true, startedAt: now, ip: '192.0.2.2', userAgent: 'phone', endsAt: now + 30 * minuteMs },
      { current: false, ip: '192.0.2.1', userAgent: 'laptop', lastSeenAt: now },
    ])
    stack.clock.advance(30 * minuteMs)
    expect(await sessions.own(phone)).toEqual([])
  })

  it('name no secret: what names one signs nobody in (SEC-16)', async () => {
    const { sessions, phone } = await twoBrowsers()
    for (const { id } of await sessions.own(phone)) {
      await expect(sessions.require(new Secret(id))).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    expect(JSON.stringify(await sessions.own(phone))).not.toContain(phone.sessionId.reveal())
  })

  it('end one by one, at once, on record, and their streams with them (SEC-18)', async () => {
    const { sessions, laptop, phone } = await twoBrowsers()
    const ended: string[] = []
    sessions.onEnded(({ row }) => ended.push(row.user_agent))
    await sessions.endOwn(contextOf(), phone, laptop.row.id_sha256)
    await expect(sessions.require(laptop.sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(sessions.require(phone.sessionId)).resolves.toBeDefined()
    expect(ended).toEqual(['laptop'])
    expect((await auditTrail(stack)).at(-1)).toBe('session.ended')
    await expect(sessions.endOwn(contextOf(), phone, laptop.row.id_sha256)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('end all together but the one that asks (SEC-18)', async () => {
    const { sessions, laptop, phone } = await twoBrowsers()
    const third = await sessions.require(await signIn(await codeOf()))
    await sessions.endOthers(contextOf(), phone)
    for (const { sessionId } of [laptop, third]) {
      await expect(sessions.require(sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    expect(await sessions.own(phone)).toMatchObject([{ current: true }])
  })

  it('are ended by nobody else (SEC-18)', async () => {
    const { sessions, laptop, phone } = await twoBrowsers()
    const stranger = { ...laptop, row: { ...laptop.row, operator_id: 'somebody else' } }
    await expect(sessions.endOwn(contextOf(), stranger, phone.row.id_sha256)).rejects.toMatchObject({
      code: 'not_found',
    })
    await sessions.endOthers(contextOf(), stranger)
    expect(await sessions.own(stranger)).toEqual([])
    await expect(sessions.require(phone.sessionId)).resolves.toBeDefined()
  })
})

describe('step-up', () => {
  it('is in force for five minutes after sign-in and not at their end (SEC-22)', async () => {
    const { sessionId } = await signedIn()
    stack.clock.advance(5 * minuteMs - 1)
    await expect(stack.operators.sessions.requireStepUp(sessionId)).resolves.toBeUndefined()
    stack.clock.advance(1)
    const refused = await stack.operators.sessions.requireStepUp(sessionId).catch((error: SignetError) => error)
    expect(refused).toMatchObject({ code: 'step_up_required', status: 403 })
  })

  it('gives the session a new ID and the old one dies (SEC-17)', async () => {
    const session = await signedIn()
    stack.clock.advance(10 * minuteMs)
    const next = await stack.operators.stepUp(contextOf(), session, await codeOf())
    expect(next.reveal()).not.toBe(session.sessionId.reveal())
    await expect(stack.operators.sessions.requireStepUp(next)).resolves.toBeUndefined()
    await expect(stack.operators.sessions.require(session.sessionId)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('with a wrong code is refused and changes nothing', async () => {
    const { session, next } = await stepUp('wrong')
    await expect(next).rejects.toMatchObject({ code: 'code_refused' })
    await expect(stack.operators.sessions.require(session.sessionId)).resolves.toBeDefined()
    expect((await auditTrail(stack)).at(-1)).toBe('session.refused')
  })
})
