import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { timelineSearch } from '../features/rotations/timeline-axis.ts'
import { signedIn } from './frame-routes.tsx'
import { listSearch, text } from './search-params.ts'

const rotations = createRoute({
  getParentRoute: () => signedIn,
  path: '/rotations',
})

const rotationTimeline = createRoute({
  getParentRoute: () => rotations,
  path: '/',
  validateSearch: z.object(timelineSearch),
  component: lazyRouteComponent(() => import('../features/rotations/rotations-page.tsx'), 'RotationTimelinePage'),
})

const rotationQueue = createRoute({
  getParentRoute: () => rotations,
  path: '/queue',
  validateSearch: z.object({ filter: text(1_000), cols: text(400), view: text(36) }),
  component: lazyRouteComponent(() => import('../features/rotations/rotations-page.tsx'), 'RotationQueuePage'),
})

const rotationHistory = createRoute({
  getParentRoute: () => rotations,
  path: '/history',
  validateSearch: z.object({ filter: text(1_000), cols: text(400), view: text(36) }),
  component: lazyRouteComponent(() => import('../features/rotations/rotations-page.tsx'), 'RotationHistoryPage'),
})

const certificates = createRoute({
  getParentRoute: () => rotations,
  path: '/certificates',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../features/evidence/certificates-page.tsx'), 'CertificatesPage'),
})

const evidence = createRoute({
  getParentRoute: () => rotations,
  path: '/evidence',
  validateSearch: z.object({ instance: text(200), identity: text(200), at: text(40) }),
  component: lazyRouteComponent(() => import('../features/evidence/evidence-page.tsx'), 'EvidencePage'),
})

const rotationCalendar = createRoute({
  getParentRoute: () => rotations,
  path: '/calendar',
  validateSearch: z.object({ day: text(10), waiting: z.literal('1').optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../features/rotations/calendar-page.tsx'), 'RotationCalendarPage'),
})

const rotation = createRoute({
  getParentRoute: () => rotations,
  path: '/$runId',
  component: lazyRouteComponent(() => import('../features/rotations/rotation-page.tsx'), 'RotationPage'),
})

const rollouts = createRoute({
  getParentRoute: () => rotations,
  path: '/rollouts',
  component: lazyRouteComponent(() => import('../features/rotations/rotations-page.tsx'), 'RolloutsPage'),
})

const rollout = createRoute({
  getParentRoute: () => rotations,
  path: '/rollouts/$rolloutId',
  validateSearch: z.object({
    wave: z
      .string()
      .regex(/^\d{1,6}$/)
      .optional()
      .catch(undefined),
    stage: text(20),
  }),
  component: lazyRouteComponent(() => import('../features/rotations/rollout-page.tsx'), 'RolloutPage'),
})

/** Everything below `/rotations`. */
export const rotationRoutes = rotations.addChildren([
  rotationTimeline,
  rotationQueue,
  rotationHistory,
  certificates,
  evidence,
  rotationCalendar,
  rollouts,
  rollout,
  rotation,
])
