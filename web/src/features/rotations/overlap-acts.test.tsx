import { dayMs } from '@signet/shared/vocabulary/time'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { keptUntil, OverlapActs } from './overlap-acts.tsx'
import { exampleRun } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const run = exampleRun()
const show = (shown = run) => showPage('/rotations', () => <OverlapActs run={shown} />, '/rotations')

test('a rotation in overlap is rolled back, once it is said what happens, with the reason', async () => {
  const sent = fakeServer({
    [`POST /rotations/${run.id}/rollback`]: () => Response.json(exampleRun({ state: 'rolled_back', finishedAt: 1 })),
  })
  const { screen } = await show()
  await screen.getByRole('button', { name: 'Roll back…' }).click()
  const dialog = screen.getByRole('alertdialog')
  await expect.element(dialog.getByText(/The new one CDCDCDCD is revoked and never comes back/)).toBeVisible()
  await dialog.getByLabelText('Reason (optional)').fill('it fails')
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await expect.poll(() => sent.at(-1)?.body).toEqual({ reason: 'it fails' })
  await expect.poll(() => dialog.query()).toBeNull()
})

test('a roll back that comes too late says why, and what to do', async () => {
  fakeServer({ [`POST /rotations/${run.id}/rollback`]: () => problem('conflict', 409, 'The overlap is over.') })
  const { screen } = await show()
  await screen.getByRole('button', { name: 'Roll back…' }).click()
  await screen.getByRole('alertdialog').getByRole('button', { name: 'Roll back' }).click()
  await expect.element(screen.getByText('The overlap is over.')).toBeVisible()
})

test('retiring the old certificate now warns where the new one was never used, and asks who one is', async () => {
  fakeServer({ [`POST /rotations/${run.id}/retire`]: () => problem('step_up_required', 403, 'Confirm first.') })
  const { screen } = await show()
  await screen.getByRole('button', { name: 'Retire old now…' }).click()
  await expect.element(screen.getByText(/No token was had with the new certificate yet/)).toBeVisible()
  await screen.getByRole('button', { name: 'Retire now', exact: true }).click()
  await expect.element(screen.getByLabelText(/code/i)).toBeVisible()
})

test('the old certificate is kept longer by whole days', async () => {
  const sent = fakeServer({ [`POST /rotations/${run.id}/keep`]: () => Response.json(run) })
  const { screen } = await show()
  await screen.getByRole('button', { name: 'Keep old longer…' }).click()
  await screen.getByLabelText('How much longer').selectOptions('3 more days')
  await screen.getByRole('button', { name: 'Keep longer', exact: true }).click()
  await expect.poll(() => sent.at(-1)?.body).toEqual({ until: (run.overlapUntil ?? 0) + 3 * dayMs })
})

test('a rotation that is over, or whose new certificate is awaited, offers none of it', async () => {
  for (const state of ['requested', 'completed', 'rolled_back']) {
    const { screen } = await show(exampleRun({ state }))
    await expect.poll(() => screen.getByRole('button').elements().length).toBe(0)
  }
})

describe('how long it may be kept', () => {
  test('ends 30 days after it was superseded, or with the certificate', () => {
    expect(keptUntil(run, 30)).toBe((run.activatedAt ?? 0) + 30 * dayMs)
    expect(keptUntil({ ...run, from: run.from && { ...run.from, notAfter: 7 } }, 1)).toBe(7)
  })
})
