import { TestTargets, TokenTest } from '@signet/shared/api/token-tests'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { TokenTestPage } from './token-test-page.tsx'

afterEach(() => vi.restoreAllMocks())

const [one, two] = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'] as const
const targets = TestTargets.parse({
  instances: [one, two].map((id, index) => ({
    ...{ id, name: `vm-${index + 1}`, enabled: true, connected: true, clientId: null, endpoints: null },
    identities: [],
    dialects: [{ dialect: 'imds', refusal: null }],
  })),
  hasMore: false,
  resources: [{ uri: 'https://vault.azure.net', name: 'Key vault' }],
})
const failed = TokenTest.parse({
  ...{ id: '0e02b2c3-58cc-4372-a567-f47ac10bd479', at: 1, actor: 'Ada', instance: { id: one, name: 'vm-1' } },
  ...{ resource: 'https://vault.azure.net', dialect: 'imds', bypassCache: false, shortLived: false, selector: null },
  ...{ outcome: 'failed', durationMs: 3, steps: [], token: null, revealableUntil: null },
  failure: {
    ...{ step: 'authority', code: 'too_many_requests', cause: 'Too many.', answer: null },
    fix: { code: 'wait', label: 'Ask again', target: null },
  },
})

test('asks again for what failed, whatever the form has come to hold', async () => {
  // The stream of progress breaks off at once, so the result is asked for.
  vi.spyOn(window, 'EventSource').mockImplementation(function (this: EventSource) {
    const source = Object.assign(new EventTarget(), {
      close: () => undefined,
      onerror: undefined as (() => void) | undefined,
    })
    queueMicrotask(() => source.onerror?.())
    return source as unknown as EventSource
  } as never)
  const sent = fakeServer({
    'GET /token-tests/targets': () => Response.json(targets),
    'POST /token-tests': () => Response.json({ ...failed, outcome: 'running', failure: null }),
    [`GET /token-tests/${failed.id}`]: () => Response.json(failed),
  })
  const { screen, history } = await showPage('/tokens/test', TokenTestPage, `/tokens/test?instance=${one}`)
  await screen.getByRole('button', { name: /^Get token/ }).click()
  await expect.element(screen.getByText('Too many.')).toBeVisible()
  history.push(`/tokens/test?instance=${two}&resource=https://other`)
  await expect.element(screen.getByLabelText('Audience')).toHaveValue('https://other')
  await screen.getByRole('button', { name: 'Ask again' }).click()
  const asked = () => sent.filter(({ method }) => method === 'POST').map(({ body }) => body)
  await expect.poll(asked).toHaveLength(2)
  expect(asked()[1]).toEqual(asked()[0])
})

test('asks for a user-assigned identity by name, under the ID that is wanted', async () => {
  const [clientId, principalId] = ['01890000-0000-4000-8000-000000000021', '01890000-0000-4000-8000-000000000020']
  const payments = { name: 'payments', clientId, principalId, resourceId: '/subscriptions/x/payments' }
  const [first, second] = targets.instances
  const sent = fakeServer({
    'GET /token-tests/targets': () =>
      Response.json({ ...targets, instances: [{ ...first, identities: [payments] }, second] }),
    'POST /token-tests': () => Response.json({ ...failed, failure: null, outcome: 'running' }),
    [`GET /token-tests/${failed.id}`]: () => Response.json(failed),
  })
  const { screen, history } = await showPage('/tokens/test', TokenTestPage, `/tokens/test?instance=${one}`)
  await screen.getByLabelText('Identity', { exact: true }).selectOptions('payments, user-assigned')
  await expect.element(screen.getByLabelText('Named by')).toHaveAccessibleDescription(clientId)
  await screen.getByLabelText('Named by').selectOptions('Resource ID')
  await screen.getByRole('button', { name: /^Get token/ }).click()
  const asked = () => sent.filter(({ method }) => method === 'POST').map(({ body }) => body)
  await expect.poll(asked).toMatchObject([{ selector: { name: 'msi_res_id', value: payments.resourceId } }])
  await screen.getByLabelText('Identity', { exact: true }).selectOptions('Another one, by its ID')
  await expect.element(screen.getByLabelText('Resource ID')).toHaveAccessibleDescription('Say which identity is meant.')
  await screen.getByLabelText('Instance', { exact: true }).selectOptions('vm-2')
  await expect.poll(() => new URLSearchParams(history.location.search).get('select')).toBeNull()
  await expect.element(screen.getByLabelText('Identity', { exact: true })).toHaveValue('system')
})
