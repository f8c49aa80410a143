import { AgentId } from '@signet/shared/vocabulary/identifiers'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { fakeServer, WithQueries } from '../../api/testing/fake-server.tsx'
import { PauseProgress } from './pause-progress.tsx'
import { exampleRadius } from './testing/examples.ts'

afterEach(() => vi.restoreAllMocks())

const at = Date.UTC(2026, 10, 24, 9, 30, 5)
const agent = { id: AgentId.parse('01890000-0000-4000-8000-000000000009'), connected: true, droppedAt: null }

async function show(agents: readonly object[], live = exampleRadius.live) {
  const { principalId } = exampleRadius
  const radius = { ...exampleRadius, agents, live }
  fakeServer({ [`GET /identities/${principalId}/blast-radius`]: () => Response.json(radius) })
  await render(
    <WithQueries>
      <PauseProgress principalId={principalId} />
    </WithQueries>,
  )
  const steps = page.getByRole('list', { name: 'How far the pause has come' }).getByRole('listitem')
  return () => steps.elements().map((step) => step.textContent)
}

test('says that an agent is being told, or that it is away with what it has', async () => {
  const steps = await show([agent, { ...agent, connected: false }], { tokens: 2, until: at })
  await expect
    .poll(steps)
    .toEqual([
      'Authority donerefuses new tokens',
      'Agent 1 of web-01 waitingis being told',
      'Agent 2 of web-01 waitingis not connected: it gives out what it has until it is back, or until that expires',
      expect.stringContaining('Tokens that are out waiting2 valid until'),
    ])
  await expect.element(page.getByText('0 of 2 agents have dropped the tokens.')).toBeVisible()
})

test('says when each agent has dropped its tokens, and when the last of them has', async () => {
  const later = at + 2_000
  const steps = await show([
    { ...agent, droppedAt: later },
    { ...agent, droppedAt: at },
  ])
  const dropped = (agent: number) => expect.stringContaining(`Agent ${agent} of web-01 donehas dropped its tokens`)
  await expect
    .poll(steps)
    .toEqual([
      'Authority donerefuses new tokens',
      dropped(1),
      dropped(2),
      'Tokens that are out donenone is valid any more',
    ])
  await expect.element(page.getByText(/No agent holds a token any more since/)).toBeVisible()
  expect(document.querySelector('p time')?.getAttribute('datetime')).toBe(new Date(later).toISOString())
})
