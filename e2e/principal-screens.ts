import { named, press, row, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** Screens of user-assigned identities, applications and audiences. */
export const principals: readonly Screen[] = [
  {
    name: 'instance-identities',
    about: 'The user-assigned identities of one instance, beside its own',
    path: ({ healthy }) => `/instances/${healthy}/identities`,
    ready: (page) => page.getByRole('table', { name: 'User-assigned identities' }),
  },
  {
    name: 'identities',
    about: 'Identities that are resources of their own, each for many instances',
    path: '/identities',
    ready: row,
  },
  {
    name: 'identities-selected',
    about: 'What can be done with many identities at once, and what would happen',
    path: '/identities',
    act: async (page) => {
      await page.getByRole('checkbox', { name: /^Select all loaded/ }).check()
      await press('Delete…')(page)
    },
    ready: (page) => page.getByRole('dialog').getByText(/will change$/),
    isBrief: true,
  },
  {
    name: 'identity-create-dialog',
    about: 'A new identity, by name and resource group',
    path: '/identities',
    act: press('Create identity'),
    ready: (page) => page.getByRole('dialog', { name: 'Create user-assigned identity' }),
    isBrief: true,
  },
  {
    name: 'identity',
    about: 'One of them: its IDs, and what hangs on it',
    path: ({ identity }) => `/identities/${identity}`,
    ready: named('What depends on it'),
  },
  {
    name: 'identity-instances',
    about: 'Where it is attached, and how far the agent of each instance is',
    path: ({ identity }) => `/identities/${identity}/instances`,
    ready: (page) => page.getByRole('table', { name: 'Instances it is assigned to' }),
  },
  {
    name: 'identity-delete-dialog',
    about: 'What stops when an identity is deleted',
    path: ({ identity }) => `/identities/${identity}`,
    act: press('Delete'),
    ready: (page) => page.getByRole('alertdialog').getByText('Role assignments'),
    isBrief: true,
  },
  {
    name: 'federated-credentials',
    about: 'Whose tokens are trusted in its place, and whether that is too much',
    path: ({ identity }) => `/identities/${identity}/federation`,
    act: press(/^Details of/),
    ready: text('It trusts more than it probably should'),
    isBrief: true,
  },
  {
    name: 'federated-credential-broad',
    about: 'A rule that trusts too much says so before it is saved',
    path: ({ identity }) => `/identities/${identity}/federation`,
    act: async (page) => {
      await press('Add federated credential')(page)
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Who issues the tokens').selectOption('Another issuer')
      await dialog.getByLabel('Issuer', { exact: true }).fill('https://token.actions.githubusercontent.com')
      await dialog.getByLabel('How the subject is compared').selectOption('Subject begins with')
      await dialog.getByLabel('Subject', { exact: true }).fill('repo:contoso')
    },
    ready: (page) => page.getByRole('dialog').getByText('It trusts more than it probably should'),
    isBrief: true,
  },
  {
    name: 'federated-credential-dialog',
    about: 'Trust in a service account of a cluster',
    path: ({ identity }) => `/identities/${identity}/federation`,
    act: press('Add federated credential'),
    ready: (page) => page.getByRole('dialog').getByLabel('Service account'),
    isBrief: true,
  },
  {
    name: 'federation-tester',
    about: 'Whether a token would be accepted, check by check',
    path: ({ identity }) => `/identities/${identity}/federation`,
    act: async (page) => {
      await page.getByLabel('Token of the external issuer').fill(outsideToken())
      await page.getByRole('button', { name: 'Test', exact: true }).click()
    },
    ready: text(/^It would be refused/),
    isBrief: true,
  },
  {
    name: 'identity-roles',
    about: 'What it may do at which service',
    path: ({ identity }) => `/identities/${identity}/roles`,
    ready: (page) => page.getByRole('table', { name: 'App roles' }),
  },
  {
    name: 'identity-activity',
    about: 'What tokens it asked for, and what was done to it',
    path: ({ identity }) => `/identities/${identity}/activity`,
    ready: (page) => page.getByRole('table', { name: 'What was done to it' }),
  },
  {
    name: 'applications',
    about: 'Principals of code that runs on no instance',
    path: '/applications',
    ready: row,
  },
  {
    name: 'application-drawer',
    about: 'One application looked at without leaving the list',
    path: ({ application }) => `/applications?peek=${application}`,
    ready: text('Federated credentials'),
  },
  {
    name: 'application',
    about: 'One of them, with the variables that client libraries read',
    path: ({ application }) => `/applications/${application}`,
    ready: text('Use it from code'),
  },
  {
    name: 'application-secrets',
    about: 'A secret to be made: its value is shown once',
    path: ({ application }) => `/applications/${application}/secrets`,
    act: press('Create secret'),
    ready: (page) => page.getByRole('dialog', { name: 'Create client secret' }),
    isBrief: true,
  },
  {
    name: 'application-certificates',
    about: 'A certificate to be registered, without its key',
    path: ({ application }) => `/applications/${application}/certificates`,
    act: press('Register certificate'),
    ready: (page) => page.getByRole('dialog', { name: 'Register certificate' }),
    isBrief: true,
  },
  { name: 'audiences', about: 'Services that tokens are issued for', path: '/audiences', ready: row },
  {
    name: 'audience-row-menu',
    about: 'What can be done with one audience',
    path: '/audiences',
    act: press(/^Actions of/),
    ready: (page) => page.getByRole('menu'),
  },
  {
    name: 'audience',
    about: 'One of them: its tokens, its roles and who has them',
    path: ({ audience }) => `/audiences/${audience}`,
    ready: (page) => page.getByRole('table', { name: 'Role assignments' }),
  },
  {
    name: 'audience-dialog',
    about: 'A service of one’s own, with its roles',
    path: ({ audience }) => `/audiences/${audience}`,
    act: press('Change'),
    ready: (page) => page.getByRole('dialog').getByLabel('Value of role 1'),
    isBrief: true,
  },
]

/** A token of a cluster that nobody signed. */
function outsideToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 3_000
  const claims = { iss: 'https://oidc.cluster.example/', sub: 'system:serviceaccount:build:runner', exp }
  return `${part({ alg: 'RS256', kid: 'cluster-1' })}.${part({ ...claims, aud: 'api://AzureADTokenExchange' })}.c2ln`
}
