import type { enrollmentApi } from '@signet/shared/api/enrollment'
import type { KeySet, tokenTestsApi } from '@signet/shared/api/token-tests'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { AgentRecovery } from './agent-recovery.ts'
import type { Enrollment } from './enrollment.ts'
import type { TokenTests } from './token-tests.ts'

export function enrollmentHandlers({
  enrollment,
  recovery,
}: {
  enrollment: Enrollment
  recovery: AgentRecovery
}): Handlers<typeof enrollmentApi> {
  return {
    issueJoinToken: ({ params, body }, context) =>
      enrollment.issueJoinToken(context, params.instanceId, body.lifetimeSeconds),
    approveRecovery: ({ params, body }, context) => recovery.approve(context, params.agentId, body.reason),
  }
}

/** @param requireStepUp throws unless the operator confirmed that it is them within the last minutes (SEC-22) */
export function tokenTestHandlers(parts: {
  tests: TokenTests
  keySet: () => KeySet
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof tokenTestsApi> {
  const { tester, targets, traces, lookup } = parts.tests
  return {
    targets: ({ query }) => targets.list(query),
    keys: async () => parts.keySet(),
    start: ({ body }, context) => tester.start(context, body),
    show: ({ params }) => tester.show(params.testId),
    reveal: async ({ params }, context) => {
      await parts.requireStepUp(context)
      return { token: await tester.reveal(context, params.testId) }
    },
    traces: ({ query }) => traces.page(query),
    trace: ({ params }) => traces.show(params.traceId),
    lookUp: ({ body }, context) => lookup.find(context, body),
  }
}
