import type { LocalEndpoints } from '@signet/shared/api/resources'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { exampleInstance } from '../../api/testing/example-instance.ts'
import { preferences, setPreferences } from '../../ui/preferences.ts'
import { exampleAgent } from './testing/examples.ts'
import { UseFromCode } from './use-from-code.tsx'

const original = preferences()

beforeEach(() => page.viewport(390, 844))
afterEach(() => {
  setPreferences(original)
  vi.restoreAllMocks()
})

const endpoints: LocalEndpoints = [
  { dialect: 'imds', url: 'http://127.0.0.1:7430', environmentFile: '/a/identity-imds.env' },
  { dialect: 'app-service', url: 'http://127.0.0.1:7431/msi/token', environmentFile: '/a/identity.env' },
  { dialect: 'cloud-shell', url: 'http://127.0.0.1:7430/oauth2/token', environmentFile: '/a/identity-cs.env' },
]
const instanceWith = (served: LocalEndpoints | null) => ({
  ...exampleInstance,
  agent: { ...exampleAgent, endpoints: served },
})

test('shows the lines of every protocol that the agent serves, for the shell that is chosen and stays so', async () => {
  const screen = await render(<UseFromCode instance={instanceWith(endpoints)} />)
  const lines = (title: string) => screen.getByRole('figure', { name: `lines for the ${title}` })
  await expect.element(lines('App Service endpoint').getByText('. "/a/identity.env"')).toBeVisible()
  await expect.element(lines('Cloud Shell and VM extension endpoint').getByText(/^export MSI_ENDPOINT=/)).toBeVisible()
  await screen.getByLabelText('Shell').selectOptions('PowerShell')
  await expect
    .element(lines('Cloud Shell and VM extension endpoint').getByText(/^\$env:MSI_ENDPOINT = '/))
    .toBeVisible()
  expect(preferences().shell).toBe('powershell')
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
})

test('copies the lines of all of them with one button', async () => {
  const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const screen = await render(<UseFromCode instance={instanceWith(endpoints)} />)
  await screen.getByRole('button', { name: 'Copy all lines of every protocol' }).click()
  const text = copied.mock.calls[0]?.[0] ?? ''
  expect(text.match(/^# .*/gm)).toEqual([
    '# App Service endpoint',
    '# Metadata endpoint (IMDS)',
    '# Cloud Shell and VM extension endpoint',
    '# Federated token file',
  ])
})

test('says that the lines come once the agent has told where it answers', async () => {
  const screen = await render(<UseFromCode instance={instanceWith(null)} />)
  await expect.element(screen.getByText('The agent has not reported its endpoints yet')).toBeVisible()
})
