import { press, row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** What somebody is told of, and what ends next. */
export const alertScreens: readonly Screen[] = [
  {
    name: 'alerts',
    about: 'What somebody should look after, each with the one page to go to',
    path: '/alerts',
    ready: row,
  },
  {
    name: 'acknowledge-dialog',
    about: 'Somebody says that they are at it',
    path: '/alerts',
    act: press(/^Acknowledge /),
    ready: (page) => page.getByRole('dialog').getByLabel('Note'),
    isBrief: true,
  },
  {
    name: 'expiries',
    about: 'Everything that ends, the nearest first, and whether it is replaced by itself',
    path: '/expiries',
    ready: row,
  },
  {
    name: 'webhooks',
    about: 'Programs that are told of alerts',
    path: '/settings/webhooks',
    ready: row,
  },
  {
    name: 'webhook',
    about: 'One receiver, and every message with what came back',
    path: ({ webhook }) => `/settings/webhooks/${webhook}`,
    act: press(/^Details of Test message/),
    ready: text('Send again'),
  },
  {
    name: 'change-webhook-dialog',
    about: 'Another address, or other alerts that a receiver is told of',
    path: ({ webhook }) => `/settings/webhooks/${webhook}`,
    act: press('Change…'),
    ready: (page) => page.getByRole('dialog', { name: 'Change Pager' }),
    isBrief: true,
  },
  {
    name: 'add-webhook-dialog',
    about: 'A new receiver: its secret is shown once',
    path: '/settings/webhooks',
    act: press('Add webhook'),
    ready: (page) => page.getByRole('dialog', { name: 'Add webhook' }),
  },
]
