import { accessScreens } from './access-screens.ts'
import { alertScreens } from './alert-screens.ts'
import { frameScreens } from './frame-screens.ts'
import { killSwitchScreens } from './kill-switch-screens.ts'
import { principals } from './principal-screens.ts'
import { rolloutScreens } from './rollout-screens.ts'
import { rotationScreens } from './rotation-screens.ts'
import { named, openTab, press, row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'
import { usageScreens } from './usage-screens.ts'
import { vaultScreens } from './vault-screens.ts'

const vault = 'resource=https://vault.azure.net'
const overview: readonly Screen[] = [
  {
    name: 'overview',
    about: 'What needs attention, and the fleet in numbers that lead to their lists',
    path: '/',
    ready: (page) => page.getByRole('list', { name: 'Needs attention' }),
  },
  {
    name: 'first-run',
    about: 'The first minutes: six steps from a link in the terminal to a token',
    path: '/',
    ready: named('First steps'),
    as: 'newcomer',
  },
]

const instances: readonly Screen[] = [
  {
    name: 'instances',
    about: 'Every instance with its identity, certificate, next rotation, last token and agent',
    path: '/instances',
    ready: row,
  },
  {
    name: 'instances-first',
    about: 'The list when this machine is all there is',
    path: '/instances',
    ready: row,
    as: 'newcomer',
  },
  {
    name: 'instances-filter',
    about: 'A filter as it is typed, with what a field can be and how many there are',
    path: '/instances?q=tag:team=payments',
    act: async (page) => {
      await page.locator('main search input').first().click()
      await page.keyboard.type(' state:')
    },
    ready: (page) => page.getByRole('option').first(),
  },
  {
    name: 'instances-no-match',
    about: 'A filter that nothing matches, with the ways out',
    path: '/instances?q=state:failing+kind:vm',
    ready: text(/^No instance matches/),
  },
  {
    name: 'instances-drawer',
    about: 'One row looked at without leaving the list',
    path: ({ healthy }) => `/instances?peek=${healthy}`,
    ready: text('Client ID'),
  },
  {
    name: 'instances-row-menu',
    about: 'What can be done with one row',
    path: '/instances?q=kind:function',
    act: press(/^Actions of/),
    ready: (page) => page.getByRole('menu'),
  },
  {
    name: 'instances-columns',
    about: 'Columns shown, moved and widened without dragging',
    path: '/instances?q=kind:function',
    act: press('Columns'),
    ready: (page) => page.getByRole('dialog', { name: 'Columns' }),
  },
  {
    name: 'instances-views',
    about: 'Views that are kept: filter, sorting and columns',
    path: '/instances?q=kind:function',
    act: press('Views'),
    ready: (page) => page.getByRole('dialog', { name: 'Views' }),
  },
  {
    name: 'save-view-dialog',
    about: 'What is shown is kept under a name, alone or for everybody',
    path: '/instances?q=kind:function',
    act: async (page) => {
      await press('Views')(page)
      await press('Save this view…')(page)
    },
    ready: (page) => page.getByRole('dialog', { name: 'Save this view' }),
    isBrief: true,
  },
  {
    name: 'bulk-dialog',
    about: 'What an act on many would do, before it does it',
    path: '/instances?q=kind:function',
    act: async (page) => {
      for (const each of [0, 1, 2])
        await page
          .getByRole('checkbox', { name: /^Select [^a]/ })
          .nth(each)
          .click()
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
    },
    ready: (page) => page.getByRole('dialog').getByText(/will change/),
  },
  {
    name: 'register-dialog',
    about: 'A new instance, by name and kind',
    path: '/instances?q=kind:function',
    act: press('Register instance'),
    ready: (page) => page.getByRole('dialog', { name: 'Register instance' }),
  },
]

const instance: readonly Screen[] = [
  {
    name: 'instance',
    about: 'One instance: the switch, the IDs people copy, and what to paste into a shell',
    path: ({ healthy }) => `/instances/${healthy}`,
    ready: text('Use it from code'),
  },
  {
    name: 'instance-failing',
    about: 'An identity that fails, with the reason and the way to mend it',
    path: ({ failing }) => `/instances/${failing}`,
    ready: text('Use it from code'),
  },
  {
    name: 'blast-radius-dialog',
    about: 'What stops when an identity is turned off',
    path: ({ healthy }) => `/instances/${healthy}`,
    act: (page) => page.getByRole('switch').click(),
    ready: (page) => page.getByRole('alertdialog').getByRole('textbox').first(),
  },
  {
    name: 'instance-certificates',
    about: 'Certificates of an identity over time, each with its overlap',
    path: ({ healthy }) => `/instances/${healthy}/certificates`,
    ready: openTab('Certificates'),
  },
  {
    name: 'rotate-dialog',
    about: 'A rotation by hand, with its reason',
    path: ({ healthy }) => `/instances/${healthy}`,
    act: press(/^Rotate/),
    ready: (page) => page.getByRole('dialog').getByRole('textbox').first(),
  },
  {
    name: 'instance-activity',
    about: 'Every token that was asked for, issued or refused',
    path: ({ healthy }) => `/instances/${healthy}/activity`,
    ready: (page) => page.getByRole('table', { name: 'Token requests' }),
  },
  {
    name: 'instance-agent',
    about: 'The agent on the instance and its local endpoints',
    path: ({ healthy }) => `/instances/${healthy}/agent`,
    ready: text('Local endpoints'),
  },
]

const jobs: readonly Screen[] = [
  {
    name: 'jobs-first',
    about: 'Before anything was done to many',
    path: '/jobs',
    ready: text('No bulk operation has run'),
    as: 'newcomer',
    isBrief: true,
  },
  {
    name: 'jobs',
    about: 'Acts on many instances',
    path: '/jobs',
    ready: (page) => page.getByRole('table').getByRole('link').first(),
  },
  {
    name: 'job',
    about: 'One of them, instance by instance',
    path: ({ job }) => `/jobs/${job}`,
    ready: (page) => page.getByRole('table').getByRole('link').first(),
  },
]

const settings: readonly Screen[] = [
  {
    name: 'settings',
    about: 'Policies, keys, expiries, audiences and webhooks, each with what it is for',
    path: '/settings',
    ready: (page) => page.getByRole('main').getByRole('link', { name: 'Keys', exact: true }),
  },
  {
    name: 'keys',
    about: 'What Signet signs with: keys of tokens, certificate authorities',
    path: '/settings/keys',
    ready: (page) => page.getByRole('table', { name: 'Certificate authorities' }).getByRole('row').nth(4),
  },
  {
    name: 'keys-rotate-dialog',
    about: 'What an emergency rotation would put an end to',
    path: '/settings/keys',
    act: (page) =>
      page
        .getByRole('table', { name: 'Signing keys' })
        .getByRole('button', { name: /^Rotate/ })
        .first()
        .click(),
    ready: (page) => page.getByRole('alertdialog'),
  },
]

const tester: readonly Screen[] = [
  {
    name: 'token-tester',
    about: 'A token to be asked for, as code on the instance would',
    path: ({ healthy }) => `/tokens/test?instance=${healthy}&${vault}`,
    ready: (page) => page.getByRole('button', { name: /Get token/ }),
  },
  {
    name: 'token-tester-success',
    about: 'Every hop of a token, the claims in plain words and the signature checked',
    path: ({ healthy }) => `/tokens/test?instance=${healthy}&${vault}&fresh=1`,
    act: press(/Get token/),
    ready: text('Principal passed'),
  },
  {
    name: 'token-tester-refused',
    about: 'No token: the step that failed, why, the answer to the byte, and one button that mends it',
    path: ({ paused }) => `/tokens/test?instance=${paused}&${vault}`,
    act: press(/Get token/),
    ready: text('Failed at: '),
  },
  {
    name: 'traces-first',
    about: 'Before any token was tested',
    path: '/tokens/traces',
    ready: text('No token was tested'),
    as: 'newcomer',
    isBrief: true,
  },
  {
    name: 'traces',
    about: 'Tests of the last seven days',
    path: '/tokens/traces',
    ready: (page) => page.getByRole('table', { name: 'Traces' }),
  },
  {
    name: 'trace',
    about: 'One kept test, without its token',
    path: ({ goodTrace }) => `/tokens/traces/${goodTrace}`,
    ready: text('Token received'),
  },
  {
    name: 'compare',
    about: 'Two tests side by side: one that works and one that does not',
    path: ({ goodTrace, badTrace }) => `/tokens/compare?left=${goodTrace}&right=${badTrace}`,
    ready: text(/steps differ/),
  },
  {
    name: 'decode',
    about: 'What a client printed is explained without being sent',
    path: '/tokens/decode',
    act: (page) => page.getByLabel(/^Token, error JSON/).fill(refusal),
    ready: text('The resource is not registered in this tenant.'),
  },
  {
    name: 'decode-token',
    about: 'A pasted token, claim by claim',
    path: '/tokens/decode',
    act: (page) => page.getByLabel(/^Token, error JSON/).fill(pastedToken()),
    ready: named('Header'),
  },
]

const audit: readonly Screen[] = [
  { name: 'audit', about: 'Every act of operators, agents and Signet itself', path: '/audit?range=all', ready: row },
  {
    name: 'audit-event',
    about: 'One event with what it changed, and the way back',
    path: ({ event }) => `/audit?range=all&event=${event}`,
    ready: text('Correlation'),
  },
  {
    name: 'audit-no-match',
    about: 'A time in which nothing of the sort happened',
    path: '/audit?range=all&filter=action:token.revealed',
    ready: (page) => page.getByRole('button', { name: 'Show all events' }),
  },
  {
    name: 'audit-views',
    about: 'Views of the log: what is looked for again and again',
    path: '/audit?range=all',
    act: press('Views'),
    ready: (page) => page.getByRole('dialog', { name: 'Views' }),
    isBrief: true,
  },
  {
    name: 'step-up-dialog',
    about: 'A fresh code before something that needs one',
    path: '/audit?range=all',
    act: async (page, stack) => {
      stack.letConfirmationsLapse()
      await press('Export')(page)
      await page.getByRole('menuitem').first().click()
    },
    ready: (page) => page.getByRole('dialog', { name: 'Confirm that it is you' }),
    as: 'newcomer',
    isBrief: true,
    provokes: / 403 \(Forbidden\) \S+\/api\/audit\/export/,
  },
]

/** Every screen of the dashboard. */
export const screens: readonly Screen[] = [
  ...overview,
  ...instances,
  ...instance,
  ...principals,
  ...rotationScreens,
  ...rolloutScreens,
  ...jobs,
  ...settings,
  ...tester,
  ...audit,
  ...accessScreens,
  ...usageScreens,
  ...alertScreens,
  ...killSwitchScreens,
  ...vaultScreens,
  ...frameScreens,
]

const refusal = JSON.stringify({
  error: 'invalid_resource',
  error_description: 'AADSTS500011: The resource principal named https://orders.example was not found in the tenant.',
  correlation_id: '6f1c2f0e-2f6b-4c7e-9d57-0a3c5b8e9d10',
})

/** A token that nobody signed. */
function pastedToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 3_000
  const claims = {
    aud: 'https://vault.azure.net',
    iss: 'https://login.example/tenant/v2.0',
    ...{ iat: exp - 3_600, nbf: exp - 3_900, exp },
    oid: '7c9e1f02-6a4d-4b57-8d2f-3b1c5e9a0d44',
    idtyp: 'app',
  }
  return `${part({ typ: 'JWT', alg: 'RS256', kid: '7f3a' })}.${part(claims)}.${part({ no: 'signature' })}`
}
