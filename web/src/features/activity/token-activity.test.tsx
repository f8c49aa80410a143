import { TokenRequest } from '@signet/shared/api/resources'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useSearch } from '@tanstack/react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { type ActivitySource, applicationActivity, identityActivity, instanceActivity } from './activity-queries.ts'
import { TokenActivity } from './token-activity.tsx'

beforeEach(() => page.viewport(1280, 800))
afterEach(() => vi.restoreAllMocks())

const id = '01890000-0000-4000-8000-000000000020'
const request = TokenRequest.parse({
  ...{ id: '01890000-0000-4000-8000-000000000030', at: 1_000, audience: 'https://vault.azure.net' },
  ...{ outcome: 'role_missing', x5tS256: null, kid: null, expiresAt: null, ip: '10.0.0.7' },
  ...{ correlationId: '01890000-0000-4000-8000-000000000031', traceId: null },
})
const histogram = { bucketMs: 3_600_000, buckets: [{ at: 0, ok: 0, refused: 1 }] }

const sources = [
  ['an instance', `/instances/${id}`, instanceActivity(InstanceId.parse(id))],
  ['a user-assigned identity', `/user-identities/${id}`, identityActivity(ObjectId.parse(id))],
  ['an application', `/applications/${id}`, applicationActivity(ObjectId.parse(id))],
] as const

function Shown({ source }: { source: ActivitySource }) {
  return <TokenActivity source={source} search={useSearch({ strict: false })} auditFilter={`target:${id}`} />
}

test.each(sources)('shows what %s asked for, and keeps the choices in the address', async (_, path, source) => {
  const sent = fakeServer({
    [`GET ${path}/tokens`]: () => Response.json({ items: [request], nextCursor: null }),
    [`GET ${path}/tokens/histogram`]: () => Response.json(histogram),
  })
  const { screen, history } = await showPage('/it', () => <Shown source={source} />, '/it')
  const row = screen.getByRole('table', { name: 'Token requests' }).getByRole('row').nth(1)
  await expect.element(row.getByText('https://vault.azure.net')).toBeVisible()
  await screen.getByLabelText('Outcome').selectOptions('Refused')
  await expect.poll(() => history.location.search).toBe('?result=refused')
  await expect.poll(() => sent.some(({ path: asked }) => asked.startsWith(`${path}/tokens?result=refused`))).toBe(true)
  await screen.getByRole('link', { name: 'What was done to it, in the audit log' }).click()
  await expect.poll(() => new URLSearchParams(history.location.search).get('filter')).toBe(`target:${id}`)
})

test('says what would be here while nothing was asked for', async () => {
  fakeServer({
    [`GET /applications/${id}/tokens`]: () => Response.json({ items: [], nextCursor: null }),
    [`GET /applications/${id}/tokens/histogram`]: () => Response.json({ ...histogram, buckets: [] }),
  })
  const source = applicationActivity(ObjectId.parse(id))
  const { screen } = await showPage('/it', () => <Shown source={source} />, '/it')
  await expect.element(screen.getByText('No token has been asked for yet')).toBeVisible()
})
