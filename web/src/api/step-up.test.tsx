import { operatorsApi } from '@signet/shared/api/operators'
import { resolveApi } from '@signet/shared/api/resolve'
import { afterEach, expect, test, vi } from 'vitest'
import { call } from './client.ts'
import { fakeServer } from './testing/fake-server.tsx'

afterEach(() => vi.restoreAllMocks())

const session = {
  operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
  permissions: ['instances.read'],
  ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
}

const lookUp = (anything: string) => call(resolveApi.anything)({ params: { anything } })

test('a confirmation waits for what is under way, and what comes after it waits for its answer (SEC-17)', async () => {
  const held = new Map<string, () => void>()
  const hold = (name: string, content: unknown) => () =>
    new Promise<Response>((resolve) => {
      held.set(name, () => resolve(Response.json(content)))
    })
  const found = { items: [] }
  const sent = fakeServer({
    'GET /resolve/before': hold('before', found),
    'POST /session/step-up': hold('step-up', session),
    'GET /resolve/after': () => Response.json(found),
  })
  const paths = () => sent.map(({ path }) => path)
  const before = lookUp('before')
  await expect.poll(() => held.has('before')).toBe(true)
  const stepUp = call(operatorsApi.stepUp)({ body: { code: 'code' } })
  await Promise.resolve()
  const after = lookUp('after')
  expect(paths()).toEqual(['/resolve/before'])
  held.get('before')?.()
  await before
  await expect.poll(() => held.has('step-up')).toBe(true)
  expect(paths()).toEqual(['/resolve/before', '/session/step-up'])
  held.get('step-up')?.()
  await stepUp
  await after
  expect(paths()).toEqual(['/resolve/before', '/session/step-up', '/resolve/after'])
})
