import type { Page } from '@playwright/test'
import { press, row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

const secret = '/vaults/shop-prod/secrets/orders-db-password'

/** Screens of vaults and their secrets. */
export const vaultScreens: readonly Screen[] = [
  { name: 'vaults', about: 'Vaults, with how often values left them in a day', path: '/vaults', ready: row },
  {
    name: 'vaults-first',
    about: 'Before there is any vault',
    path: '/vaults',
    ready: text('No vault'),
    as: 'newcomer',
    isBrief: true,
  },
  {
    name: 'vaults-deleted',
    about: 'Deleted vaults, each to be recovered or purged',
    path: '/vaults?state=deleted',
    ready: (page) => page.getByRole('button', { name: 'Recover' }),
  },
  {
    name: 'vaults-no-match',
    about: 'A part of a name that no vault has',
    path: '/vaults?name=warehouse',
    ready: text(/^No vault has/),
    isBrief: true,
  },
  {
    name: 'vaults-row-menu',
    about: 'What people copy of a vault',
    path: '/vaults',
    act: press('Actions of shop-prod'),
    ready: (page) => page.getByRole('menu'),
    isBrief: true,
  },
  {
    name: 'vault-dialog',
    about: 'A new vault; protection against purging stays once it is on',
    path: '/vaults',
    act: async (page) => {
      await press('New vault')(page)
      await page.getByLabel('Protection against purging').check()
    },
    ready: text('This cannot be taken back'),
    isBrief: true,
  },
  {
    name: 'vault',
    about: 'The secrets of a vault, without their values, and who read each last',
    path: ({ vault }) => `/vaults/${vault}`,
    ready: text('Not yet valid'),
  },
  {
    name: 'vault-deleted-secrets',
    about: 'Deleted secrets, each to be recovered or purged',
    path: ({ vault }) => `/vaults/${vault}/deleted`,
    ready: (page) => page.getByRole('button', { name: 'Purge…' }),
  },
  {
    name: 'vault-access',
    about: 'By which roles somebody can read its secrets',
    path: ({ vault }) => `/vaults/${vault}/access`,
    ready: (page) => page.getByRole('table', { name: 'Roles at single secrets' }),
  },
  {
    name: 'vault-settings',
    about: 'Where clients reach it, and how long what is deleted can be recovered',
    path: ({ vault }) => `/vaults/${vault}/settings`,
    ready: text('Use it from code'),
  },
  {
    name: 'vault-delete-dialog',
    about: 'What stops when a vault is deleted',
    path: ({ vault }) => `/vaults/${vault}`,
    act: press('Delete'),
    ready: (page) => page.getByRole('alertdialog').getByText('Roles assigned at it'),
    isBrief: true,
  },
  {
    name: 'vault-of-deleted',
    about: 'A deleted vault: until when it can be recovered',
    path: '/vaults/shop-old',
    ready: text('Secrets of a deleted vault are out of reach'),
    isBrief: true,
  },
  {
    name: 'secret',
    about: 'One secret without its value: its versions, who read it and when, and who can',
    path: secret,
    ready: (page) => page.getByRole('table', { name: 'Who can read it' }),
  },
  {
    name: 'secret-version',
    about: 'An earlier version',
    path: ({ earlierVersion }) => earlierVersion,
    ready: text('Earlier version'),
    isBrief: true,
  },
  {
    name: 'secret-reveal-dialog',
    about: 'A value is revealed for a reason, on record with a name',
    path: secret,
    act: press('Reveal'),
    ready: (page) => page.getByRole('dialog').getByLabel('Reason'),
    isBrief: true,
  },
  {
    name: 'secret-revealed',
    about: 'A value that was revealed is hidden until it is shown, and can be copied as it is',
    path: secret,
    act: reveal,
    ready: text('Copy without showing'),
    isBrief: true,
  },
  {
    name: 'secret-set-dialog',
    about: 'A new version, with its dates',
    path: secret,
    act: press('Set new version'),
    ready: (page) => page.getByRole('dialog').getByLabel('Value'),
    isBrief: true,
  },
  {
    name: 'secret-change-dialog',
    about: 'What a version is besides its value',
    path: secret,
    act: press('Change'),
    ready: (page) => page.getByRole('dialog').getByLabel('Content type'),
    isBrief: true,
  },
]

/** The server's answer would depend on how long ago whoever looks has confirmed. */
async function reveal(page: Page): Promise<void> {
  await page.route('**/api/vaults/*/secrets/*/versions/*/reveal', (route) =>
    route.fulfill({ json: { value: 'nor is this' } }),
  )
  await press('Reveal')(page)
  await page.getByRole('dialog').getByLabel('Reason').fill('picture')
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click()
}
