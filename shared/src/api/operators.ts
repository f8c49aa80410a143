import { z } from 'zod'
import { OperatorId } from '../vocabulary/identifiers.ts'
import { Permission, Role } from '../vocabulary/permissions.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

export const Session = z.object({
  operator: z.object({ id: OperatorId, displayName: z.string(), role: Role }),
  permissions: z.array(Permission),
  /** Goes back in the header `x-signet-csrf` of every request that changes something (SEC-20). */
  csrfToken: z.string(),
  idleExpiresAt: Instant,
  absoluteExpiresAt: Instant,
  /** Until when acts that need a fresh confirmation are allowed; null when they are not (SEC-22). */
  stepUpUntil: Instant.nullable(),
})
export type Session = z.infer<typeof Session>

/** One sign-in of an operator that is still good, on whatever browser. */
export const OwnSession = z.object({
  /** Names the session and opens nothing: the hash of what its cookie holds (SEC-16). */
  id: z.string(),
  /** The one that asks. */
  current: z.boolean(),
  /** When it began; a confirmation begins it anew (SEC-17). */
  startedAt: Instant,
  /** To the minute. */
  lastSeenAt: Instant,
  /** When it ends if nobody uses it. */
  endsAt: Instant,
  ip: z.string().nullable(),
  /** As the browser named itself; anybody can claim anything here. */
  userAgent: z.string(),
})
export type OwnSession = z.infer<typeof OwnSession>

/** A one-time code from the server's console. */
const OneTimeCode = z.string().min(16).max(128)

export const operatorsApi = {
  setup: route({
    method: 'GET',
    path: '/setup',
    summary: 'Whether the first administrator exists',
    access: 'public',
    response: z.object({ claimed: z.boolean() }),
  }),
  signIn: route({
    method: 'POST',
    path: '/session',
    summary: 'Sign in with a one-time code; the first one ever creates the administrator',
    access: 'public',
    body: z.strictObject({ code: OneTimeCode, displayName: z.string().trim().min(1).max(80).optional() }),
    response: Session,
    status: 201,
  }),
  session: route({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, if anybody is',
    access: 'optional-session',
    response: Session.nullable(),
  }),
  stepUp: route({
    method: 'POST',
    path: '/session/step-up',
    summary: 'Confirm with a fresh one-time code',
    access: 'session',
    body: z.strictObject({ code: OneTimeCode }),
    response: Session,
  }),
  signOut: route({ method: 'DELETE', path: '/session', summary: 'Sign out', access: 'session', status: 204 }),
  sessions: route({
    method: 'GET',
    path: '/sessions',
    summary: 'Sign-ins of one’s own that are still good, the last used first',
    access: 'session',
    response: z.object({ items: z.array(OwnSession) }),
  }),
  endSession: route({
    method: 'DELETE',
    path: '/sessions/:sessionId',
    summary: 'Sign out somewhere else',
    access: 'session',
    params: z.object({ sessionId: z.string().min(1).max(100) }),
    status: 204,
  }),
  endOtherSessions: route({
    method: 'DELETE',
    path: '/sessions',
    summary: 'Sign out everywhere else',
    access: 'session',
    status: 204,
  }),
}

/** Header that carries the anti-forgery token of the session. */
export const csrfHeader = 'x-signet-csrf'

/**
 * Header of requests that no person caused, such as a refresh after a change on the server; they do not keep an idle
 * session alive (SEC-17). Its value does not matter.
 */
export const unattendedHeader = 'x-signet-unattended'
