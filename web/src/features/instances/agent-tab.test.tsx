import { AgentSummary, type InstanceDetail } from '@signet/shared/api/resources'
import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { fakeServer, WithQueries } from '../../api/testing/fake-server.tsx'
import { AgentTab } from './agent-tab.tsx'
import { exampleAgent } from './testing/examples.ts'

const id = '0e0e0e0e-0000-4000-8000-000000000001'
const now = Date.UTC(2026, 10, 24, 9)

function instanceWith(agent: Partial<AgentSummary>): InstanceDetail {
  return {
    ...exampleInstance,
    agent: { ...exampleAgent, ...agent },
  }
}

test.each([
  [{}, 'Up to date'],
  [{ ackedGeneration: 6 }, 'On its way to the agent'],
  [{ ackedGeneration: null }, 'Not confirmed yet'],
  [{ connected: false, sentGeneration: null }, 'Not known while the agent is not connected'],
])('says whether the agent has taken in what it was sent: %j', async (agent, words) => {
  await render(<AgentTab instance={instanceWith(agent)} />)
  await expect.element(page.getByText(words)).toBeVisible()
  expect(page.getByText('Problems the agent reports').query()).toBeNull()
})

test('of a quarantined agent says what happened and offers the command to enroll it again (SEC-42)', async () => {
  fakeServer({})
  await render(
    <WithQueries>
      <AgentTab instance={instanceWith({ connected: false, quarantined: true })} />
    </WithQueries>,
  )
  await expect.element(page.getByText(/a copy of its key may be in other hands/)).toBeVisible()
  await expect.element(page.getByText('Quarantined', { exact: true })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Make join token' })).toBeVisible()
})

test('of an agent that was away for too long offers to let it come back (SEC-44)', async () => {
  const sent = fakeServer({
    [`POST /agents/${exampleAgent.id}/recovery`]: () => Response.json({ until: now }),
    'GET /session': () => Response.json(null),
  })
  const agent = { connected: false, certificateNotAfter: now - 31 * 86_400_000, recoverableUntil: now - 86_400_000 }
  await render(
    <WithQueries>
      <AgentTab instance={instanceWith(agent)} />
    </WithQueries>,
  )
  await expect.element(page.getByText('The agent was away for too long')).toBeVisible()
  await page.getByRole('button', { name: 'Let it come back' }).click()
  await expect.element(page.getByText(/nobody took a copy of its disk/)).toBeVisible()
  expect(sent.filter(({ method }) => method === 'POST')).toEqual([])
})

test('shows what the agent reports in plain words, its own beside them', async () => {
  const error = { slotId: AgentSummary.shape.errors.element.shape.slotId.parse(id), at: now }
  const errors = [
    { ...error, code: 'csr_refused', detail: 'The rotation policy asks for a p256 key.' },
    { ...error, code: 'made_up', detail: '<b>bold</b>' },
  ]
  await render(<AgentTab instance={instanceWith({ errors })} />)
  await expect.element(page.getByText('The certificate request is not acceptable')).toBeVisible()
  await expect.element(page.getByText('The rotation policy asks for a p256 key.')).toBeVisible()
  await expect.element(page.getByText('<b>bold</b>')).toBeVisible()
})

test('warns of an endpoint that clients may take for their proxy, and of no other (SEC-108)', async () => {
  const imds = { dialect: 'imds', url: 'http://127.0.0.1:7430', environmentFile: '/agent/identity-imds.env' } as const
  const { unmount } = await render(<AgentTab instance={instanceWith({ endpoints: [imds] })} />)
  await expect.element(page.getByText(imds.url)).toBeVisible()
  expect(page.getByText('Taken for a proxy').query()).toBeNull()
  await unmount()
  await render(<AgentTab instance={instanceWith({ endpoints: [{ ...imds, asProxy: true }] })} />)
  await expect.element(page.getByText('Taken for a proxy')).toBeVisible()
})
