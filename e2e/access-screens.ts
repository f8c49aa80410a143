import { named, row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'
const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
const ask = (search: Record<string, string>) => `/access/effective?${new URLSearchParams(search)}`

/** Who may do what where, and why. */
export const accessScreens: readonly Screen[] = [
  {
    name: 'access',
    about: 'Who has which role where, and when it was last used',
    path: '/access',
    ready: row,
  },
  {
    name: 'access-first',
    about: 'The list before any role is given',
    path: '/access',
    ready: text('No role is assigned'),
    as: 'newcomer',
  },
  {
    name: 'access-no-match',
    about: 'A view that holds nothing, with the way out',
    path: '/access?view=unused',
    ready: text('No role assignment matches'),
    isBrief: true,
  },
  {
    name: 'access-viewer',
    about: 'Who may not give roles reads why',
    path: '/access/add',
    ready: text('Your role does not allow this'),
    as: 'viewer',
    isBrief: true,
  },
  {
    name: 'access-assignment',
    about: 'One assignment beside the list',
    path: ({ assignment }) => `/access?peek=${assignment}`,
    ready: text('Assignment ID'),
  },
  {
    name: 'access-remove-dialog',
    about: 'What stops when a role is taken away',
    path: ({ assignment }) => `/access?peek=${assignment}`,
    act: (page) => page.getByRole('button', { name: /^Take away/ }).click(),
    ready: (page) => page.getByRole('alertdialog'),
    isBrief: true,
  },
  {
    name: 'access-add',
    about: 'Giving a role in three steps, and what that changes',
    path: ({ application, group }) =>
      `/access/add?${new URLSearchParams({ principal: application, role: secretsUser, scope: group })}`,
    ready: text(/^Release pipeline will be able to/),
  },
  {
    name: 'access-add-same',
    about: 'A role that is given already',
    path: ({ identity, group }) =>
      `/access/add?${new URLSearchParams({ principal: identity, role: secretsUser, scope: group })}`,
    ready: text('It is given already'),
    isBrief: true,
  },
  { name: 'access-roles', about: 'Every role, and how often each is given', path: '/access/roles', ready: row },
  {
    name: 'access-role',
    about: 'A built-in role: what it allows, and who has it',
    path: `/access/roles/${owner}`,
    ready: text('Nobody has it'),
  },
  {
    name: 'access-own-role',
    about: 'A role of one’s own, to be changed',
    path: ({ ownRole }) => `/access/roles/${ownRole}`,
    act: (page) => page.getByLabel('Description').fill('May start virtual machines by night.'),
    ready: text('Not saved yet'),
  },
  {
    name: 'access-allowed',
    about: 'That somebody may, by which assignment, and how it reaches there',
    path: ({ identity, group }) => ask({ principal: identity, action: getSecret, resource: group }),
    ready: text(/^Allowed/),
  },
  {
    name: 'access-denied',
    about: 'That somebody may not, what came near, and what would allow it',
    path: ({ identity, group }) =>
      ask({ principal: identity, action: getSecret, resource: group.replace('rg-shop', 'default') }),
    ready: named('What would allow it'),
  },
  {
    name: 'access-who',
    about: 'Everybody who may do one thing at one place',
    path: ({ group }) => ask({ ask: 'who', action: 'Microsoft.KeyVault/vaults/read', resource: group }),
    ready: (page) => page.getByRole('table', { name: 'Who can' }),
    isBrief: true,
  },
  {
    name: 'identity-access',
    about: 'What one identity may do, and a question about it',
    path: ({ identity }) => `/identities/${identity}/access`,
    ready: (page) => page.getByRole('table', { name: 'Role assignments' }),
  },
]
