import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { RootKeyUnavailable } from '../platform/crypto/root-key/root-key-provider.ts'
import { StartupError } from '../platform/signet-error.ts'
import { openWhenUnsealed, unsealRetryMs } from './unsealing.ts'

const missing = new RootKeyUnavailable('the key is missing', 'put it back')

/** Tries that end as the list says, one after the other; `tick` lets the next one happen. */
function opening(outcomes: (Error | string)[]) {
  const clock = new FakeClock()
  const stop = new AbortController()
  const reasons: string[] = []
  let tries = 0
  const done = openWhenUnsealed({
    open: async () => {
      const outcome = outcomes[Math.min(tries, outcomes.length - 1)]
      tries += 1
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    clock,
    signal: stop.signal,
    onSealed: ({ reason }) => void reasons.push(reason),
  })
  const tick = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(unsealRetryMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { done, tick, reasons, stop, tries: () => tries }
}

describe('a server whose root key is away', () => {
  it('opens by itself when the key is back, and says each reason once (SEC-57)', async () => {
    const out = new RootKeyUnavailable('the service is away', 'bring it back')
    const start = opening([missing, missing, out, 'open'])
    for (let turn = 0; turn < 3; turn += 1) await start.tick()
    expect(await start.done).toBe('open')
    expect(start.tries()).toBe(4)
    expect(start.reasons).toEqual(['the key is missing', 'the service is away'])
  })

  it('does not wait for a key that is there and wrong (SEC-63)', async () => {
    const start = opening([new StartupError('the key is wrong')])
    await expect(start.done).rejects.toThrow('the key is wrong')
    expect(start.reasons).toEqual([])
  })

  it('goes on waiting when the key that comes back is wrong at first: it may be half copied', async () => {
    const start = opening([missing, new StartupError('it has mode 0644'), 'open'])
    await start.tick()
    await start.tick()
    expect(await start.done).toBe('open')
    expect(start.reasons).toEqual(['the key is missing', 'it has mode 0644'])
  })

  it('stops waiting when it is told to', async () => {
    const start = opening([missing])
    await start.tick()
    start.stop.abort(new Error('stopped'))
    await expect(start.done).rejects.toThrow('stopped')
  })
})
