import { TokenTest, TokenTestProgress, tokenTestEventsPath } from '@signet/shared/api/token-tests'
import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { addressOf } from '../../api/client.ts'
import { readTest } from './token-test-queries.ts'

interface Follower {
  readonly onSteps: (steps: ProbeStep[]) => void
  readonly onResult: (test: TokenTest) => void
  /** Neither the stream nor the result could be read. */
  readonly onLost: (error: unknown) => void
}

const askAgainMs = 1_000

/**
 * Follows a test until its result is there or the signal aborts. When the stream breaks off the result is asked for
 * instead; the server ends every test by itself.
 */
export function followTest(testId: string, follower: Follower, signal: AbortSignal): void {
  if (signal.aborted) return
  const source = new EventSource(addressOf(tokenTestEventsPath, { params: { testId } }))
  signal.addEventListener('abort', () => source.close())
  source.addEventListener('progress', (event: MessageEvent<string>) => {
    const progress = TokenTestProgress.safeParse(parse(event.data)).data
    if (progress) follower.onSteps(progress.steps)
  })
  source.addEventListener('result', (event: MessageEvent<string>) => {
    source.close()
    const test = TokenTest.safeParse(parse(event.data)).data
    if (test) follower.onResult(test)
    else void askFor(testId, follower, signal)
  })
  source.onerror = () => {
    source.close()
    if (!signal.aborted) void askFor(testId, follower, signal)
  }
}

async function askFor(testId: string, follower: Follower, signal: AbortSignal): Promise<void> {
  try {
    const test = await readTest(testId, signal)
    if (signal.aborted) return
    if (test.outcome !== 'running') return follower.onResult(test)
    follower.onSteps(test.steps)
    const timer = setTimeout(() => void askFor(testId, follower, signal), askAgainMs)
    signal.addEventListener('abort', () => clearTimeout(timer))
  } catch (error) {
    if (!signal.aborted) follower.onLost(error)
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
