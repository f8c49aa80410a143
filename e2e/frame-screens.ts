import { press, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** What stands around every page or over it, and pages that belong to no list. */
export const frameScreens: readonly Screen[] = [
  {
    name: 'palette',
    about: 'One field that leads anywhere and takes an ID of any kind',
    path: '/',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search or jump to' }).fill('web')
    },
    ready: (page) => page.getByRole('group', { name: 'Instances' }).getByRole('option').first(),
  },
  {
    name: 'menu',
    about: 'The menu where there is no room for it beside the page',
    path: '/instances?q=kind:function',
    act: press('Menu'),
    ready: (page) => page.getByRole('dialog', { name: 'Menu' }),
    isOfPhones: true,
  },
  {
    name: 'shortcuts',
    about: 'The keys of the page one is on',
    path: '/instances?q=kind:function',
    act: (page) => page.keyboard.press('?'),
    ready: (page) => page.getByRole('dialog', { name: 'Keyboard shortcuts' }),
  },
  {
    name: 'user-menu',
    about: 'Theme, density, shortcuts and the way out',
    path: '/',
    act: press('Administrator'),
    ready: (page) => page.getByRole('menu'),
  },
  {
    name: 'sessions',
    about: 'Where one is signed in, and the way to end a sign-in that is not known',
    path: '/sessions',
    ready: text('Signed in'),
  },
  {
    name: 'zone-dialog',
    about: 'Times in another zone',
    path: '/',
    act: async (page) => {
      await page.getByRole('button', { name: /^Time zone/ }).click()
      await page.getByRole('menuitem', { name: 'Another zone…' }).click()
    },
    ready: (page) => page.getByLabel('Name of the zone'),
  },
  {
    name: 'remove-demo-dialog',
    about: 'The demo goes with one click and a question',
    path: '/',
    act: press('Remove demo data'),
    ready: (page) => page.getByRole('alertdialog'),
  },
  {
    name: 'idle-dialog',
    about: 'Two minutes before a sign-in ends for want of use',
    path: '/',
    act: async (page) => {
      const idleExpiresAt = Date.now() + 110_000
      await page.route('**/api/session', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, json: { ...(await response.json()), idleExpiresAt } })
      })
      await page.reload()
    },
    ready: (page) => page.getByRole('dialog', { name: /^Your sign-in ends in/ }),
    isBrief: true,
  },
  {
    name: 'sign-in-ended',
    about: 'A sign-in that ended meanwhile: what was entered is still there',
    path: '/instances?q=kind:function',
    act: async (page) => {
      await press('Register instance')(page)
      await page.getByLabel('Name', { exact: true }).fill('kept-while-away')
      const cookies = await page.context().cookies()
      await page.context().clearCookies()
      await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
      await page.getByRole('dialog', { name: 'Your sign-in has ended' }).waitFor()
      await page.context().addCookies(cookies)
    },
    ready: (page) => page.getByRole('dialog', { name: 'Your sign-in has ended' }),
    isBrief: true,
    provokes: / 401 \(Unauthorized\) \S+\/api\//,
  },
  {
    name: 'offline',
    about: 'The server does not answer: what was last known stays, and nothing can be changed',
    path: '/instances?q=kind:function',
    act: async (page) => {
      await page.route('**/api/events*', (route) => route.abort())
      await page.reload()
    },
    ready: (page) => page.getByText('The server cannot be reached', { exact: true }),
    isBrief: true,
    provokes: /ERR_FAILED \S+\/api\/events/,
  },
  {
    name: 'look-up',
    about: 'An ID that nothing here has',
    path: '/go/no-such-thing',
    ready: text('Nothing here is called'),
  },
  {
    name: 'forbidden',
    about: 'What a role does not show, with the words to ask for it',
    path: '/',
    ready: text('Your role does not allow this'),
    as: 'viewer',
  },
  { name: 'not-found', about: 'No page at this address', path: '/nowhere', ready: text('There is no page') },
  {
    name: 'api-docs',
    about: 'The admin API, operation by operation',
    path: '/api/docs',
    ready: text('/api/resolve/{anything}'),
  },
  {
    name: 'sign-in',
    about: 'Sign-in with a one-time code of the server’s console',
    path: '/sign-in',
    ready: (page) => page.getByLabel('One-time code'),
    as: 'nobody',
  },
  {
    name: 'demo-removed',
    about: 'After the demo',
    path: '/demo-removed',
    ready: text('Removing the demo data'),
    as: 'nobody',
  },
]
