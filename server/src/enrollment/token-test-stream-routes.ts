import { tokenTestEventsPath } from '@signet/shared/api/token-tests'
import { type IRouter, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { Guard } from '../platform/http/contract-router.ts'
import { requestIdOf, sendProblem } from '../platform/http/problem.ts'
import { EventStream } from '../platform/http/sse.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { TokenTester } from './token-tester.ts'

const TestId = z.guid().toLowerCase()

/** The steps of a test as they happen, then its result; of a test that is over, the result at once. */
export function tokenTestStream(tester: TokenTester, guard: Guard): IRouter {
  const router = Router({ caseSensitive: true, strict: false })
  router.get(tokenTestEventsPath, async (request, response) => {
    const correlationId = requestIdOf(request, response)
    try {
      await guard(request, 'tokens.test', correlationId)
      await stream(tester, request, response)
    } catch (error) {
      sendProblem(response, SignetError.from(error), correlationId)
    }
  })
  return router
}

async function stream(tester: TokenTester, request: Request, response: Response): Promise<void> {
  const testId = TestId.safeParse(request.params['testId'])
  if (!testId.success) throw new SignetError('not_found')
  const run = tester.running(testId.data)
  const kept = run ? undefined : await tester.show(testId.data)
  const events = new EventStream(request, response)
  const tell = () => {
    const test = run?.test ?? kept
    if (test?.outcome === 'running') return events.send('progress', { steps: test.steps })
    events.send('result', test)
    events.end()
  }
  if (run && !run.isOver) events.onClose(run.watch(tell))
  tell()
}
