import type { operatorsApi } from '@signet/shared/api/operators'
import type { Handlers, ReplyHeaders } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Operators } from './operators.ts'
import { cookieNames, signedInIfAny, signedInOf } from './request-guard.ts'

const sessionSeconds = 43_200

/**
 * `__Host-` and `Secure` even on http://localhost, which counts as secure; Safari alone drops such a cookie there and
 * gets the plain one instead, the sole exception of SEC-16.
 */
function setCookie(reply: ReplyHeaders, context: RequestContext, value: string, maxAgeSeconds: number): void {
  const [host, plain] = cookieNames
  const common = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeSeconds}`
  const agent = context.userAgent ?? ''
  const dropsSecure = agent.includes('Safari/') && !agent.includes('Chrome/')
  reply.setHeader('Set-Cookie', dropsSecure ? `${plain}=${value}; ${common}` : `${host}=${value}; Secure; ${common}`)
}

export function sessionHandlers(operators: Operators): Handlers<typeof operatorsApi> {
  const { sessions } = operators
  return {
    setup: async () => ({ claimed: await operators.isClaimed() }),
    signIn: async ({ body }, context, reply) => {
      const sessionId = await operators.signIn(context, body)
      setCookie(reply, context, sessionId.reveal(), sessionSeconds)
      return sessions.describe(await sessions.require(sessionId))
    },
    session: async (_input, context) => {
      const signedIn = signedInIfAny(context)
      return signedIn ? sessions.describe(signedIn) : null
    },
    stepUp: async ({ body }, context, reply) => {
      const sessionId = await operators.stepUp(context, signedInOf(context), body.code)
      setCookie(reply, context, sessionId.reveal(), sessionSeconds)
      return sessions.describe(await sessions.require(sessionId))
    },
    signOut: async (_input, context, reply) => {
      await sessions.end(context, signedInOf(context))
      setCookie(reply, context, '', 0)
      reply.setHeader('Clear-Site-Data', '"cache", "cookies", "storage"')
      return undefined
    },
    sessions: async (_input, context) => ({ items: await sessions.own(signedInOf(context)) }),
    endSession: async ({ params }, context) => {
      await sessions.endOwn(context, signedInOf(context), params.sessionId)
      return undefined
    },
    endOtherSessions: async (_input, context) => {
      await sessions.endOthers(context, signedInOf(context))
      return undefined
    },
  }
}
