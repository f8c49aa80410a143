import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { afterEach, expect, test, vi } from 'vitest'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { WholeInstancePage } from '../../app/whole-instance-page.tsx'
import { instanceActivity, tokensOptions } from '../activity/activity-queries.ts'
import { instanceOptions } from './instances-queries.ts'

afterEach(() => vi.restoreAllMocks())

const other = { ...exampleInstance, id: InstanceId.parse('01890000-0000-4000-8000-0000000000aa'), name: 'web-02' }

/** Leads from the page of one instance to that of another, which was looked at before. */
async function show(tab: string) {
  const one = await showPage(
    '/instances/$instanceId/{-$tab}',
    WholeInstancePage,
    `/instances/${exampleInstance.id}/${tab}`,
  )
  one.client.setQueryData(instanceOptions(other.id).queryKey, other)
  return { ...one, leave: () => one.history.push(`/instances/${other.id}/${tab}`) }
}

test('shows the join command of one instance on no page but its own', async () => {
  fakeServer({
    [`GET /instances/${exampleInstance.id}`]: () => Response.json(exampleInstance),
    [`GET /instances/${other.id}`]: () => Response.json(other),
    [`POST /instances/${exampleInstance.id}/join-tokens`]: () =>
      Response.json({ token: 't', expiresAt: Date.now(), serverUrl: 'u', caPin: 'p', command: 'join web-01' }),
  })
  const { screen, leave } = await show('agent')
  await screen.getByRole('button', { name: 'Make join token' }).click()
  await expect.element(screen.getByText('join web-01')).toBeVisible()
  leave()
  await expect.element(screen.getByRole('heading', { name: 'web-02' })).toBeVisible()
  await expect.element(screen.getByText('join web-01')).not.toBeInTheDocument()
})

test('shows the token requests of one instance on no page but its own', async () => {
  const request = {
    ...{ id: exampleInstance.id, at: 1, audience: 'https://only-of-web-01', outcome: 'ok', x5tS256: null, kid: null },
    ...{ expiresAt: null, ip: null, correlationId: 'c', traceId: null },
  }
  const never = () => new Promise<Response>(() => undefined)
  fakeServer({
    [`GET /instances/${exampleInstance.id}`]: () => Response.json(exampleInstance),
    [`GET /instances/${other.id}`]: () => Response.json(other),
    [`GET /instances/${exampleInstance.id}/tokens`]: () => Response.json({ items: [request], nextCursor: null }),
    [`GET /instances/${other.id}/tokens`]: never,
  })
  const { screen, client, leave } = await show('activity')
  await expect.element(screen.getByRole('table').getByText('https://only-of-web-01')).toBeVisible()
  expect(client.getQueryData(tokensOptions(instanceActivity(exampleInstance.id)).queryKey)).toBeDefined()
  leave()
  await expect.element(screen.getByRole('heading', { name: 'web-02' })).toBeVisible()
  await expect.element(screen.getByRole('table')).not.toBeInTheDocument()
})
