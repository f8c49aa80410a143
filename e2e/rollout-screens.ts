import { press, text } from './screen-steps.ts'
import type { Screen } from './screen-visit.ts'

/** Rotations of many, in waves. */
export const rolloutScreens: readonly Screen[] = [
  {
    name: 'rollouts-first',
    about: 'Before anything was rotated in waves',
    path: '/rotations/rollouts',
    ready: text('Nothing was rotated in waves yet'),
    as: 'newcomer',
    isBrief: true,
  },
  {
    name: 'rollouts',
    about: 'Rotations of many, running and past',
    path: '/rotations/rollouts',
    ready: (page) => page.getByRole('table', { name: 'Rollouts' }).getByRole('link').first(),
  },
  {
    name: 'rollout',
    about: 'One of them, wave by wave, with what failed and why',
    path: ({ rollout }) => `/rotations/rollouts/${rollout}`,
    ready: (page) => page.getByRole('table', { name: 'Certificates of the rollout' }),
  },
  {
    name: 'rollout-running',
    about: 'One that is under way, between two waves',
    path: ({ runningRollout }) => `/rotations/rollouts/${runningRollout}`,
    ready: (page) => page.getByRole('table', { name: 'Certificates of the rollout' }),
    isBrief: true,
  },
  {
    name: 'rollout-halted',
    about: 'One that halted by itself: what failed, why, and the ways on',
    path: ({ haltedRollout }) => `/rotations/rollouts/${haltedRollout}`,
    ready: (page) => page.getByRole('table', { name: 'Certificates of the rollout' }),
  },
  {
    name: 'rollout-dialog',
    about: 'How a rollout goes about it, and what that comes to in numbers',
    path: '/rotations/rollouts',
    act: press('Rotate many…'),
    ready: text(/certificates in \d+ waves/),
  },
]
