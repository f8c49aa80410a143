import { named, press, row } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** Certificates as they roll: rotations past and coming, what proves them, and the policies that say when. */
export const rotationScreens: readonly Screen[] = [
  {
    name: 'rotations',
    about: 'Certificates of all identities on one axis, and how many rotate on which day',
    path: '/rotations',
    ready: (page) => page.getByRole('list', { name: 'Certificates of every identity' }),
  },
  {
    name: 'rotation-queue',
    about: 'What is under way or waits for an agent',
    path: '/rotations/queue',
    ready: row,
  },
  {
    name: 'rotation-history',
    about: 'Every certificate that took over from another',
    path: '/rotations/history',
    ready: row,
  },
  {
    name: 'rotation',
    about: 'One rotation as a proof that no moment was without an accepted certificate',
    path: ({ run }) => `/rotations/${run}`,
    ready: (page) => page.getByRole('list', { name: 'Stages' }),
  },
  {
    name: 'rotation-failed',
    about: 'A rotation that did not come to its end, attempt by attempt',
    path: ({ failedRun }) => `/rotations/${failedRun}`,
    ready: (page) => page.getByRole('list', { name: 'Stages' }),
  },
  {
    name: 'certificates',
    about: 'Every certificate that is or was, of every identity',
    path: '/rotations/certificates',
    ready: row,
  },
  {
    name: 'evidence-held',
    about: 'Who held which certificate at a moment',
    path: () => `/rotations/evidence?at=${new Date(Date.now() - 60_000).toISOString()}`,
    ready: (page) => page.getByRole('table', { name: 'Certificates that were accepted then' }),
  },
  {
    name: 'evidence-token',
    about: 'Which certificate minted a token, from its number',
    path: ({ uti }) => `/tokens/issued/${uti}`,
    ready: named('Certificate that minted it'),
  },
  {
    name: 'rotation-calendar',
    about: 'What is coming within 30 days, day by day, and what holds it back',
    path: '/rotations/calendar',
    ready: (page) => page.getByRole('heading', { name: 'The next 30 days' }),
  },
  {
    name: 'policies',
    about: 'When certificates rotate: the default, and what is ruled otherwise',
    path: '/settings/policies',
    ready: (page) => page.getByRole('table', { name: 'Rotation policies' }).getByRole('link', { name: 'Default' }),
  },
  {
    name: 'policy-new',
    about: 'A policy of its own for a kind of instance, a group or one identity',
    path: '/settings/policies/new',
    ready: (page) => page.getByLabel('Lifetime', { exact: true }),
    isBrief: true,
  },
  {
    name: 'policy-preview',
    about: 'What saving a policy would do, before it is saved',
    path: '/settings/policies',
    act: async (page) => {
      await page.getByRole('link', { name: 'Default', exact: true }).click()
      await press('Add window')(page)
      await press('Preview')(page)
    },
    ready: (page) => page.getByRole('heading', { name: 'What saving would do' }),
  },
  {
    name: 'freeze-dialog',
    about: 'Every scheduled rotation is paused, with a reason that stands on every page',
    path: '/settings/policies',
    act: press('Pause rotations…'),
    ready: (page) => page.getByRole('dialog').getByLabel('Reason'),
    isBrief: true,
  },
  {
    name: 'policy-conflict',
    about: 'Two operators changed the policy: nothing is lost, and what differs is shown',
    path: '/settings/policies',
    act: async (page, stack) => {
      await page.getByRole('link', { name: 'Default', exact: true }).click()
      await page.getByLabel('Rotate at').fill('60')
      await press('Preview')(page)
      await page.getByRole('heading', { name: 'What saving would do' }).waitFor()
      await stack.changePolicyElsewhere()
      await press('Save policy')(page)
      await press('See difference')(page)
    },
    ready: (page) => page.getByRole('table', { name: 'Difference' }),
    as: 'newcomer',
    isBrief: true,
    provokes: / 412 \(Precondition Failed\) \S+\/api\/rotation-policies\/[0-9a-f-]+$/,
  },
  {
    name: 'rotation-views',
    about: 'Views of the rotations, beside those one keeps',
    path: '/rotations/history',
    act: press('Views'),
    ready: (page) => page.getByRole('dialog', { name: 'Views' }),
    isBrief: true,
  },
]
