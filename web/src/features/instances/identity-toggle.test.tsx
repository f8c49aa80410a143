import type { InstanceSummary } from '@signet/shared/api/resources'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, problem, WithQueries } from '../../api/testing/fake-server.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { IdentityActs } from './identity-acts.tsx'
import { IdentityToggle } from './identity-toggle.tsx'

afterEach(() => vi.restoreAllMocks())

const { principalId } = exampleRadius
const off: InstanceSummary = {
  ...exampleInstance,
  identityState: 'off',
  health: { state: 'off', reason: 'The identity is off.', fix: null },
  identity: null,
}
const restorable: InstanceSummary = { ...off, restorable: { principalId, until: Date.now() + 86_400_000 } }
const paused: InstanceSummary = { ...exampleInstance, health: { state: 'paused', reason: 'Paused.', fix: null } }
const identityPath = `PUT /instances/${exampleInstance.id}/identity`

const show = (instance: InstanceSummary) =>
  render(
    <WithQueries>
      <IdentityToggle instance={instance} />
      <IdentityActs instance={instance} />
      <Toaster />
    </WithQueries>,
  )

describe('the switch', () => {
  test('turns on at once, under the version that is shown, and can be taken back', async () => {
    const sent = fakeServer({ [identityPath]: () => Response.json(exampleInstance) })
    const screen = await show(off)
    await screen.getByRole('switch').click()
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => sent.filter((one) => one.method === 'PUT').length).toBe(2)
    const [on, back] = sent.filter((one) => one.method === 'PUT')
    expect([on?.body, on?.headers.get('if-match')]).toEqual([{ enabled: true }, '"4"'])
    expect(back?.body).toEqual({ enabled: false, reason: 'undo' })
    expect(on?.headers.get('idempotency-key')).not.toBe(back?.headers.get('idempotency-key'))
  })

  test('says why it was not turned on', async () => {
    fakeServer({ [identityPath]: () => problem('precondition_failed', 412, 'Somebody changed it.') })
    const screen = await show(off)
    await screen.getByRole('switch').click()
    await expect.element(screen.getByText('Somebody changed it.').first()).toBeInTheDocument()
  })

  test('offers the last principal before it makes a new one', async () => {
    const sent = fakeServer({
      [`POST /identities/${principalId}/restore`]: () => Response.json(exampleInstance),
      [identityPath]: () => Response.json(exampleInstance),
    })
    const screen = await show(restorable)
    await screen.getByRole('switch').click()
    await expect.element(screen.getByRole('dialog').getByText(principalId)).toBeVisible()
    await screen.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
    expect(sent.map((one) => one.path)).toContain(`/identities/${principalId}/restore`)
    await screen.getByRole('switch').click()
    await screen.getByRole('button', { name: 'Make a new principal' }).click()
    await expect.poll(() => sent.some((one) => one.method === 'PUT')).toBe(true)
  })
})

describe('the act beside it', () => {
  test.each([
    ['on', exampleInstance, 'Pause'],
    ['paused', paused, 'Resume'],
    ['restorable', restorable, 'Restore'],
  ])('of an identity that is %s fits its state', async (_state, instance, label) => {
    fakeServer({})
    const screen = await show(instance)
    await expect.element(screen.getByRole('button', { name: label })).toBeVisible()
    expect(screen.getByRole('button').elements()).toHaveLength(1)
  })

  test('is none for an identity that was never on', async () => {
    fakeServer({})
    const screen = await show(off)
    expect(screen.getByRole('button').elements()).toEqual([])
  })

  test('resumes at once', async () => {
    const sent = fakeServer({ [`POST /identities/${principalId}/resume`]: () => Response.json(exampleInstance) })
    const screen = await show(paused)
    await screen.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => sent.some((one) => one.path.endsWith('/resume'))).toBe(true)
  })
})
