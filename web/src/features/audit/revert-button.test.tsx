import { afterEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer, problem, WithQueries } from '../../api/testing/fake-server.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { RevertButton } from './revert-button.tsx'
import { exampleEvent, exampleIds } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const { instanceId, principalId } = exampleIds
const event = exampleEvent({ action: 'identity.paused', after: { principalId, state: 'suspended' } })
const paused = { ...exampleInstance, health: { state: 'paused', reason: '', fix: null } }
const showPath = `GET /instances/${instanceId}`
const resumePath = `POST /identities/${principalId}/resume`

async function open(answers: Parameters<typeof fakeServer>[0], shown = event) {
  const sent = fakeServer(answers)
  const screen = await render(
    <WithQueries>
      <RevertButton event={shown} />
      <Toaster />
    </WithQueries>,
  )
  await screen.getByRole('button', { name: 'Revert…' }).click()
  return { sent, screen }
}

describe('reverting an event', () => {
  test('says what will happen and does it with the version it has seen', async () => {
    const { sent, screen } = await open({
      [showPath]: () => Response.json(paused),
      [resumePath]: () => Response.json(exampleInstance),
    })
    await expect.element(screen.getByText(/web-01 is resumed: it gets tokens again at once/)).toBeVisible()
    await screen.getByLabelText('Reason (optional)').fill('incident over')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByText('Reverted: Identity paused')).toBeVisible()
    const act = sent.find(({ method }) => method === 'POST')
    expect(act).toMatchObject({ body: { reason: 'incident over' } })
    expect(act?.headers.get('if-match')).toBe('"4"')
  })

  test('that is not possible any more says why and does nothing', async () => {
    const { sent, screen } = await open({ [showPath]: () => Response.json(exampleInstance) })
    await expect.element(screen.getByText('The identity is not paused any more.').first()).toBeVisible()
    const confirm = screen.getByRole('button', { name: 'Resume the identity' })
    await expect.element(confirm).toHaveAttribute('aria-disabled', 'true')
    await confirm.click({ force: true })
    expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('of something that changes at the same moment shows the difference, and goes on only when told again', async () => {
    const tagged = exampleEvent({
      action: 'instance.tagged',
      before: { tags: { env: 'dev' } },
      after: { tags: { env: 'prod' } },
    })
    let version = 4
    const tags = () => (version === 4 ? { env: 'prod' } : { env: 'test' })
    const { sent, screen } = await open(
      {
        [showPath]: () => Response.json({ ...exampleInstance, version, tags: tags() }),
        [`POST /instances/${instanceId}/tags`]: ({ headers }) => {
          if (headers.get('if-match') === '"5"') return Response.json({ ...exampleInstance, version: 6 })
          version = 5
          return problem('precondition_failed', 412)
        },
      },
      tagged,
    )
    const confirm = screen.getByRole('button', { name: 'Put the former tags back' })
    await confirm.click()
    await expect.element(screen.getByText('It was changed in the meantime')).toBeVisible()
    await expect.element(screen.getByRole('row', { name: 'Tag env (differs) prod test' })).toBeVisible()
    await confirm.click()
    await expect.element(screen.getByText('Reverted: Tags changed')).toBeVisible()
    expect(sent.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { set: { env: 'dev' }, unset: [] },
      { set: { env: 'dev' }, unset: [] },
    ])
  })
})
