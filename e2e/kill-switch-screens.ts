import type { Page } from '@playwright/test'
import { named, press, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

const at = Date.now()

/** An act that one of two agents has confirmed: no lively demo has an agent that is away at the right moment. */
async function tellOf(page: Page, propagation: object): Promise<void> {
  await page.route('**/api/identities/*/propagation', (route) => route.fulfill({ json: { propagation } }))
  await page.reload()
  await page.getByTitle('Live', { exact: true }).first().waitFor()
}

const away = {
  ...{ id: '01890000-0000-4000-8000-000000000008', name: 'host-7', connected: false, trusted: true, identities: 1 },
  ...{ lastSeenAt: at - 7_200_000, instance: { id: '01890000-0000-4000-8000-000000000001', name: 'payments-07' } },
}
const running = {
  ...{ act: 'pause', since: at, correlationId: '01890000-0000-4000-8000-00000000000c', identities: 1 },
  ...{ state: 'running', completedAt: null, replicas: { told: 1, total: 1 }, lastTokenEnds: at + 2_400_000 },
  agents: { done: 1, total: 2, waiting: [away] },
}
/** Screens of stopping somebody, and of what has come of it. */
export const killSwitchScreens: readonly Screen[] = [
  {
    name: 'kill-switch-dialog',
    about: 'Everything that hangs on an identity, before it is paused',
    path: ({ identity }) => `/identities/${identity}`,
    act: press('Pause'),
    ready: (page) => page.getByRole('alertdialog').getByText('Role assignments'),
  },
  {
    name: 'kill-switch-running',
    about: 'A pause on its way: one agent has confirmed, one is away, and when that no longer matters',
    path: ({ paused }) => `/instances/${paused}`,
    act: (page) => tellOf(page, running),
    ready: text('1 of 2 agents have confirmed'),
  },
  {
    name: 'kill-switch-complete',
    about: 'A pause that is in force everywhere',
    path: ({ paused }) => `/instances/${paused}`,
    ready: text('In force everywhere'),
  },
  {
    name: 'revoke-tokens-dialog',
    about: 'Every token of an identity taken back',
    path: ({ healthy }) => `/instances/${healthy}`,
    act: press('Revoke tokens…'),
    ready: (page) => page.getByRole('alertdialog').getByText(/^Every token that it has so far/),
    isBrief: true,
  },
  {
    name: 'group',
    about: 'A resource group as a whole, with the switch that stops every identity in it',
    path: '/groups/rg-shop',
    ready: named('Resource group'),
  },
  {
    name: 'group-pause-dialog',
    about: 'A whole group, before it is stopped',
    path: '/groups/rg-shop',
    act: press('Pause the whole group…'),
    ready: (page) => page.getByRole('alertdialog').getByText(/refused at once/),
    isBrief: true,
  },
]
