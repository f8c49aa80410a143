import { type TokenTest, type TokenTestRequest, tokenTestsApi } from '@signet/shared/api/token-tests'
import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '../../api/client.ts'
import { announce } from '../../ui/announcer.tsx'
import { followTest } from './test-stream.ts'

interface RunState {
  /** As far as it has come; undefined before the first test and while one is being started. */
  readonly test: TokenTest | undefined
  readonly busy: boolean
  readonly error: unknown
}

const idle: RunState = { test: undefined, busy: false, error: null }

/** Runs one test at a time and shows it growing. Leaving the page ends the watching, not the test. */
export function useTokenTest(): RunState & { run: (request: TokenTestRequest) => void } {
  const [state, setState] = useState(idle)
  const following = useRef<AbortController>(undefined)
  useEffect(() => () => following.current?.abort(), [])

  const run = useCallback((request: TokenTestRequest) => {
    following.current?.abort()
    const stop = new AbortController()
    following.current = stop
    setState({ ...idle, busy: true })
    const fail = (error: unknown) => {
      if (!stop.signal.aborted) setState({ ...idle, error })
    }
    call(tokenTestsApi.start)({ body: request }, stop.signal).then((begun) => {
      if (stop.signal.aborted) return
      setState({ test: begun, busy: true, error: null })
      followTest(
        begun.id,
        {
          onSteps: (steps) => setState({ test: { ...begun, steps }, busy: true, error: null }),
          onResult: (test) => {
            setState({ test, busy: false, error: null })
            announce(test.failure === null ? 'The test ended with a token' : `The test failed: ${test.failure.cause}`)
          },
          onLost: fail,
        },
        stop.signal,
      )
    }, fail)
  }, [])
  return { ...state, run }
}
