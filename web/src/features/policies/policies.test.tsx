import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem, type SentRequest } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { FreezeBanner } from '../../app/freeze-banner.tsx'
import { NewPolicyPage } from './new-policy-page.tsx'
import { PoliciesPage } from './policies-page.tsx'
import { PolicyPage } from './policy-page.tsx'
import { busiestWords } from './preview-card.tsx'

const policyId = '01890000-0000-4000-8000-0000000000aa'
const at = Date.UTC(2030, 10, 25)
const usual = {
  id: policyId,
  scope: { kind: 'default' },
  label: 'Default',
  freeze: null,
  version: 3,
  updatedAt: at,
  lifetimeSeconds: 90 * 86_400,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  jitter: 0.2,
  keyAlgorithm: 'p256',
  windows: [],
  blackouts: [],
}
const ofGroup = { ...usual, id: `${policyId.slice(0, -2)}bb`, scope: { kind: 'group', of: 'pay' }, label: 'pay' }
const days = Array.from({ length: 30 }, (_, index) => ({
  day: at + index * dayMs,
  before: 0,
  after: index === 7 ? 412 : 0,
}))
const preview = {
  ...{ certificates: 500, changed: 412, atOnce: 3, overridden: 2, limited: null, days },
  next: [{ principalId: policyId, name: 'web-1', at }],
  open: [{ from: at, until: at + dayMs }],
}
const freeze = {
  ...{ policyId: 'all', until: Date.now() + dayMs, reason: 'year end', since: at },
  actor: { kind: 'operator', id: null, label: 'Ada' },
}
const sentBy = (sent: readonly SentRequest[], method: string) => sent.find((each) => each.method === method)

beforeEach(() => page.viewport(1280, 900))
afterEach(() => vi.restoreAllMocks())

test('a preview says on which day the most rolls', () => {
  expect(busiestWords({ days })).toBe(
    'This policy rotates 412 certificates on Monday, 2030-12-02 (UTC), its busiest day.',
  )
  expect(busiestWords({ days: days.slice(0, 3) })).toBe('Nothing rolls within 30 days.')
})

test('a change is saved only once what it would do was looked at, over the version that was seen', async () => {
  const sent = fakeServer({
    [`GET /rotation-policies/${policyId}`]: () => Response.json(usual),
    'GET /rotation-freezes': () => Response.json({ items: [] }),
    'POST /rotation-policies/preview': () => Response.json(preview),
    [`PUT /rotation-policies/${policyId}`]: () => Response.json({ ...usual, rotateAt: 0.6, version: 4 }),
  })
  const { screen } = await showPage('/settings/policies/$policyId', PolicyPage, `/settings/policies/${policyId}`)
  await expect.element(screen.getByRole('heading', { name: 'Default' })).toBeVisible()
  await expect.element(screen.getByText('Not saved yet')).not.toBeInTheDocument()
  await screen.getByLabelText('Rotate at (% of lifetime)').fill('60')
  await expect.element(screen.getByText('Changed: Rotate at')).toBeVisible()
  await screen.getByRole('button', { name: 'Preview' }).click()
  await expect.element(screen.getByText(/rotates 412 certificates on Monday/)).toBeVisible()
  await expect.element(screen.getByText(/No window opens in time for 2 certificates/)).toBeVisible()
  for (const name of ['Next rotations', 'Next open times']) {
    await expect.element(screen.getByRole('heading', { name })).toBeVisible()
    await expect.element(screen.getByRole('list', { name })).toBeVisible()
  }
  expect(sentBy(sent, 'PUT')).toBeUndefined()
  await screen.getByRole('button', { name: 'Save policy' }).click()
  await expect.poll(() => sentBy(sent, 'PUT')?.headers.get('if-match')).toBe('"3"')
  expect(sentBy(sent, 'PUT')?.body).toMatchObject({ policy: { rotateAt: 0.6, lifetimeSeconds: 90 * 86_400 } })
})

test('another edit takes the preview away, and discarding brings the policy in force back', async () => {
  fakeServer({
    [`GET /rotation-policies/${policyId}`]: () => Response.json(usual),
    'GET /rotation-freezes': () => Response.json({ items: [] }),
    'POST /rotation-policies/preview': () => Response.json(preview),
  })
  const { screen } = await showPage('/settings/policies/$policyId', PolicyPage, `/settings/policies/${policyId}`)
  await screen.getByRole('button', { name: 'Add window' }).click()
  await expect.element(screen.getByText('Changed: Windows')).toBeVisible()
  await screen.getByRole('button', { name: 'Preview' }).click()
  await expect.element(screen.getByRole('button', { name: 'Save policy' })).toBeVisible()
  await screen.getByLabelText('Window 1: opens at').fill('0 3 * * *')
  await expect.element(screen.getByRole('button', { name: 'Preview' })).toBeVisible()
  await screen.getByRole('button', { name: 'Discard changes' }).click()
  await expect.element(screen.getByText('Not saved yet')).not.toBeInTheDocument()
  await expect.element(screen.getByLabelText('Window 1: opens at')).not.toBeInTheDocument()
})

test('a policy that somebody else changed first is not overwritten, and the difference is shown', async () => {
  let inForce = usual
  fakeServer({
    [`GET /rotation-policies/${policyId}`]: () => Response.json(inForce),
    'GET /rotation-freezes': () => Response.json({ items: [] }),
    'POST /rotation-policies/preview': () => Response.json(preview),
    [`PUT /rotation-policies/${policyId}`]: () => problem('precondition_failed', 412),
  })
  const { screen } = await showPage('/settings/policies/$policyId', PolicyPage, `/settings/policies/${policyId}`)
  await screen.getByLabelText('Rotate at (% of lifetime)').fill('60')
  await screen.getByRole('button', { name: 'Preview' }).click()
  inForce = { ...usual, rotateAt: 0.7, version: 4 }
  await screen.getByRole('button', { name: 'Save policy' }).click()
  await screen.getByRole('button', { name: 'See difference' }).click()
  await expect.element(screen.getByRole('row', { name: /Rotate at.*70 %.*60 %/ })).toBeVisible()
})

test('a limit of a day is sent as a number or as none, and anything else is refused where it stands', async () => {
  const sent = fakeServer({
    [`GET /rotation-policies/${policyId}`]: () => Response.json({ ...usual, perDayLimit: 40 }),
    'GET /rotation-freezes': () => Response.json({ items: [] }),
    'POST /rotation-policies/preview': () => Response.json(preview),
  })
  const { screen } = await showPage('/settings/policies/$policyId', PolicyPage, `/settings/policies/${policyId}`)
  const limit = screen.getByLabelText('Most rotations in a day')
  await expect.element(limit).toHaveValue('40')
  const asked = () => sent.filter(({ path }) => path.endsWith('/preview')).map(({ body }) => body)
  await limit.fill('a few')
  await screen.getByRole('button', { name: 'Preview' }).click()
  await expect.element(screen.getByText('Give a whole number from 1 to 1,000,000, or none.')).toBeVisible()
  expect(asked()).toEqual([])
  await limit.fill('250')
  await expect.element(screen.getByText('Changed: Most in a day')).toBeVisible()
  await screen.getByRole('button', { name: 'Preview' }).click()
  await expect.poll(() => asked().at(-1)).toMatchObject({ policy: { perDayLimit: 250 } })
  await limit.fill('')
  await screen.getByRole('button', { name: 'Preview' }).click()
  await expect.poll(() => asked().at(-1)).toMatchObject({ policy: { perDayLimit: null } })
})

test('a new policy begins as the default is, and says what it rules', async () => {
  const sent = fakeServer({
    'GET /rotation-policies': () => Response.json({ items: [usual] }),
    'POST /rotation-policies/preview': () => Response.json(preview),
    'POST /rotation-policies': () => Response.json(ofGroup, { status: 201 }),
  })
  const { screen, history } = await showPage('/settings/policies/new', NewPolicyPage, '/settings/policies/new')
  await screen.getByLabelText('Rules', { exact: true }).selectOptions('A resource group')
  await screen.getByLabelText('Resource group').fill('pay')
  await screen.getByRole('button', { name: 'Preview' }).click()
  await screen.getByRole('button', { name: 'Save policy' }).click()
  await expect.poll(() => history.location.pathname).toBe(`/settings/policies/${ofGroup.id}`)
  expect(sent.findLast(({ method }) => method === 'POST')?.body).toMatchObject({
    scope: { kind: 'group', of: 'pay' },
    policy: { lifetimeSeconds: 90 * 86_400 },
  })
})

test('every rotation is paused with a reason, which then stands on the page, and resumed', async () => {
  let items: object[] = []
  const sent = fakeServer({
    'GET /rotation-policies': () => Response.json({ items: [usual, ofGroup] }),
    'GET /rotation-policies/reach': () => Response.json({ items: [{ policyId, certificates: 40 }] }),
    'GET /rotation-freezes': () => Response.json({ items }),
    'PUT /rotation-freezes/all': () => {
      items = [freeze]
      return Response.json(freeze)
    },
    'DELETE /rotation-freezes/all': () => {
      items = []
      return new Response(null, { status: 204 })
    },
  })
  const both = () => (
    <>
      <FreezeBanner />
      <PoliciesPage />
    </>
  )
  const { screen } = await showPage('/settings/policies', both, '/settings/policies')
  await expect.element(screen.getByRole('row', { name: /Default.*40/ })).toBeVisible()
  await expect.element(screen.getByRole('link', { name: 'Group: pay' })).toBeVisible()
  await screen.getByRole('button', { name: 'Pause rotations…' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Pause rotations' }).click()
  await expect.element(dialog.getByText('Say why; it stands on every page.')).toBeVisible()
  await dialog.getByLabelText('Reason').fill('year end')
  await dialog.getByRole('button', { name: 'Pause rotations' }).click()
  await expect.element(screen.getByText('Rotations are paused', { exact: true }).first()).toBeVisible()
  await expect.element(screen.getByText(/by Ada: year end/)).toBeVisible()
  expect(sentBy(sent, 'PUT')?.body).toMatchObject({ reason: 'year end' })
  await screen.getByRole('button', { name: 'Resume rotations' }).click()
  await expect.element(screen.getByText(/by Ada: year end/)).not.toBeInTheDocument()
})

test('who may not change policies can read them, and is told what is lacking', async () => {
  fakeServer({
    'GET /rotation-policies': () => Response.json({ items: [usual] }),
    'GET /rotation-policies/reach': () => Response.json({ items: [] }),
    'GET /rotation-freezes': () => Response.json({ items: [] }),
  })
  const { screen } = await showPage('/settings/policies', PoliciesPage, '/settings/policies', 'viewer')
  await expect.element(screen.getByRole('button', { name: /New policy/ })).toHaveAttribute('aria-disabled', 'true')
  await expect.element(screen.getByRole('row', { name: /Default/ })).toBeVisible()
})
