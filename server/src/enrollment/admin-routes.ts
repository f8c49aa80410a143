import type { enrollmentApi } from '@signet/shared/api/enrollment'
import type { KeySet, tokenTestsApi } from '@signet/shared/api/token-tests'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Enrollment } from './enrollment.ts'
import type { TokenTester } from './token-tester.ts'

export function enrollmentHandlers(enrollment: Enrollment): Handlers<typeof enrollmentApi> {
  return {
    issueJoinToken: ({ params, body }, context) =>
      enrollment.issueJoinToken(context, params.instanceId, body.lifetimeSeconds),
  }
}

/** @param requireStepUp throws unless the operator confirmed that it is them within the last minutes (SEC-22) */
export function tokenTestHandlers(parts: {
  tester: TokenTester
  keySet: () => KeySet
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof tokenTestsApi> {
  return {
    targets: () => parts.tester.targets(),
    run: ({ body }, context) => parts.tester.run(context, body),
    reveal: async ({ params }, context) => {
      await parts.requireStepUp(context)
      return { token: await parts.tester.reveal(context, params.testId) }
    },
    keys: async () => parts.keySet(),
  }
}
