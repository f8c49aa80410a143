import { resolveApi } from '@signet/shared/api/resolve'
import { useQuery } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { call } from './client.ts'
import { sessionKey } from './session.ts'
import { useStepUp } from './step-up.ts'
import { fakeServer, problem } from './testing/fake-server.tsx'
import { showPage } from './testing/show-page.tsx'

afterEach(() => vi.restoreAllMocks())

const session = {
  operator: { id: '01890000-0000-4000-8000-000000000099', displayName: 'Ada', role: 'admin' },
  permissions: ['instances.read'],
  ...{ csrfToken: 'c', idleExpiresAt: 9e12, absoluteExpiresAt: 9e12, stepUpUntil: 9e12 },
}

function Confirming() {
  const stepUp = useStepUp(() => undefined)
  const query = useQuery({
    queryKey: ['audit', 'test'],
    queryFn: ({ signal }) => call(resolveApi.anything)({ params: { anything: 'x' } }, signal),
    enabled: false,
  })
  return (
    <>
      <button type="button" onClick={() => stepUp.submit('code')}>
        Confirm
      </button>
      <button type="button" onClick={() => void query.refetch()}>
        Read
      </button>
      <output>{query.error === null ? 'no error' : 'refused'}</output>
    </>
  )
}

test('a request that was sent under the ID from before a confirmation ends no session (SEC-17)', async () => {
  let confirmed: (answer: Response) => void = () => undefined
  fakeServer({
    'POST /session/step-up': () =>
      new Promise((resolve) => {
        confirmed = resolve
      }),
    'GET /resolve/x': () => problem('unauthenticated', 401),
  })
  const { screen, client } = await showPage('/here', Confirming, '/here')
  await screen.getByRole('button', { name: 'Confirm' }).click()
  await screen.getByRole('button', { name: 'Read' }).click()
  await expect.element(screen.getByText('refused')).toBeVisible()
  expect(client.getQueryData(sessionKey)).not.toBeNull()
  confirmed(Response.json(session))
  await expect
    .poll(() => client.getQueryData(sessionKey))
    .toMatchObject({ operator: { displayName: 'Ada' }, csrfToken: 'c' })
  await screen.getByRole('button', { name: 'Read' }).click()
  await expect.poll(() => client.getQueryData(sessionKey)).toBeNull()
})
