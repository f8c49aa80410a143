import { row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** What identities got tokens for, where and when. */
export const usageScreens: readonly Screen[] = [
  {
    name: 'usage',
    about: 'What every identity and application was used for, with the last 90 days of each',
    path: '/usage',
    ready: row,
  },
  {
    name: 'usage-never',
    about: 'Those that never got a token',
    path: '/usage?q=last-token:never',
    ready: row,
  },
  {
    name: 'usage-no-match',
    about: 'Nobody is unused for as long as was asked, with the ways out',
    path: '/usage?q=unused:%3E9y',
    ready: text(/^No identity matches/),
  },
  {
    name: 'instance-usage',
    about: 'Which identities got tokens for what on one instance, by day',
    path: ({ healthy }) => `/instances/${healthy}/usage`,
    ready: (page) => page.getByRole('table', { name: 'Use by audience' }),
  },
  {
    name: 'identity-usage',
    about: 'One identity: audiences by instance, and the hosts that it was used from',
    path: ({ identity }) => `/identities/${identity}/usage?days=400`,
    ready: (page) => page.getByRole('heading', { name: 'Hosts', exact: true }),
  },
  {
    name: 'application-usage',
    about: 'An application that was not used within the range',
    path: ({ application }) => `/applications/${application}/usage`,
    ready: (page) => page.getByRole('heading', { name: 'Hosts', exact: true }),
  },
]
