import type { InstanceSummary } from '@signet/shared/api/resources'
import { afterEach, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { setLink } from '../../api/connection.ts'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { exampleRadius } from '../../api/testing/example-radius.ts'
import { fakeServer, WithQueries } from '../../api/testing/fake-server.tsx'
import { StopDialog } from './blast-dialog.tsx'
import { RegisterInstanceDialog } from './register-instance-dialog.tsx'
import { RestoreDialog } from './restore-dialog.tsx'

afterEach(() => {
  setLink({ state: 'live' })
  vi.restoreAllMocks()
})

const { principalId } = exampleRadius
const restorable = { principalId, until: Date.now() + 86_400_000 }
const instance: InstanceSummary = exampleInstance
const nothing = () => undefined

test.each([
  ['Turn off', () => <StopDialog instance={instance} principalId={principalId} act="turn-off" onClose={nothing} />],
  ['Restore', () => <RestoreDialog instance={instance} restorable={restorable} onNew={nothing} onClose={nothing} />],
  ['Make a new principal', () => <RestoreDialog {...{ instance, restorable }} onNew={nothing} onClose={nothing} />],
  ['Register', () => <RegisterInstanceDialog open onClose={nothing} />],
])('a dialog that is open when the server goes away says so on “%s”, and changes nothing', async (label, Shown) => {
  const sent = fakeServer({
    [`GET /identities/${principalId}/blast-radius`]: () => Response.json({ ...exampleRadius, lastUsedAt: null }),
  })
  const screen = await render(
    <WithQueries>
      <Shown />
    </WithQueries>,
  )
  const button = screen.getByRole('button', { name: label, exact: true })
  await expect.element(button).not.toHaveAttribute('aria-disabled')
  setLink({ state: 'offline', retryAt: null })
  await expect.element(button).toHaveAccessibleDescription(/The server cannot be reached/)
  await button.click({ force: true })
  expect(sent.filter(({ method }) => method !== 'GET')).toEqual([])
  setLink({ state: 'live' })
  await expect.element(button).not.toHaveAttribute('aria-disabled')
})
