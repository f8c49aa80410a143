import { JobItemState } from '@signet/shared/vocabulary/job-states'
import type { QueryClient } from '@tanstack/react-query'
import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { sessionOptions } from '../api/session.ts'
import { activitySearch } from '../features/activity/activity-search.ts'
import { rangeSearch } from '../features/audit/audit-range.ts'
import { usageSearch } from '../features/usage/usage-search.ts'
import { accessRoutes } from './access-routes.tsx'
import { ErrorPage } from './error-page.tsx'
import { root, signedIn } from './frame-routes.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { rotationRoutes } from './rotation-routes.tsx'
import { flag, listSearch, text } from './search-params.ts'
import { vaultRoutes } from './vault-routes.tsx'

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ next: text(2_000) }),
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const demoRemoved = createRoute({
  getParentRoute: () => root,
  path: '/demo-removed',
  component: lazyRouteComponent(() => import('../features/demo/demo-removed-page.tsx'), 'DemoRemovedPage'),
})

const start = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionOptions)
    // A developer sees the tester alone, so it is where they begin.
    if (session?.permissions.includes('instances.read') === false) throw redirect({ to: '/tokens/test', replace: true })
  },
  component: lazyRouteComponent(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
})

const instances = createRoute({
  getParentRoute: () => signedIn,
  path: '/instances',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./whole-instances-page.tsx'), 'WholeInstancesPage'),
})

const instance = createRoute({
  getParentRoute: () => signedIn,
  path: '/instances/$instanceId/{-$tab}',
  validateSearch: z.object({ ...activitySearch, ...usageSearch }),
  component: lazyRouteComponent(() => import('./whole-instance-page.tsx'), 'WholeInstancePage'),
})

const identities = createRoute({
  getParentRoute: () => signedIn,
  path: '/identities',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./whole-identities-page.tsx'), 'WholeIdentitiesPage'),
})

const identity = createRoute({
  getParentRoute: () => signedIn,
  path: '/identities/$principalId/{-$tab}',
  validateSearch: z.object({ ...activitySearch, ...usageSearch }),
  component: lazyRouteComponent(() => import('./user-identity-page.tsx'), 'UserIdentityPage'),
})

const applications = createRoute({
  getParentRoute: () => signedIn,
  path: '/applications',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./whole-applications-page.tsx'), 'WholeApplicationsPage'),
})

const application = createRoute({
  getParentRoute: () => signedIn,
  path: '/applications/$principalId/{-$tab}',
  validateSearch: z.object({ ...activitySearch, ...usageSearch }),
  component: lazyRouteComponent(() => import('./whole-application-page.tsx'), 'WholeApplicationPage'),
})

const group = createRoute({
  getParentRoute: () => signedIn,
  path: '/groups/$name',
  component: lazyRouteComponent(() => import('../features/kill-switch/group-page.tsx'), 'GroupPage'),
})

const audiences = createRoute({
  getParentRoute: () => signedIn,
  path: '/audiences',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./whole-audiences-page.tsx'), 'WholeAudiencesPage'),
})

const audience = createRoute({
  getParentRoute: () => signedIn,
  path: '/audiences/$audienceId',
  component: lazyRouteComponent(() => import('../features/audiences/audience-page.tsx'), 'AudiencePage'),
})

const usage = createRoute({
  getParentRoute: () => signedIn,
  path: '/usage',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../features/usage/usage-page.tsx'), 'UsagePage'),
})

const tokenEvidence = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/issued/$uti',
  component: lazyRouteComponent(() => import('./whole-token-evidence-page.tsx'), 'WholeTokenEvidencePage'),
})

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
})

const policies = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/policies',
  component: lazyRouteComponent(() => import('../features/policies/policies-page.tsx'), 'PoliciesPage'),
})

const newPolicy = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/policies/new',
  component: lazyRouteComponent(() => import('../features/policies/new-policy-page.tsx'), 'NewPolicyPage'),
})

const policy = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/policies/$policyId',
  component: lazyRouteComponent(() => import('../features/policies/policy-page.tsx'), 'PolicyPage'),
})

const tokenTest = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/test',
  validateSearch: z.object({
    instance: text(36),
    dialect: text(40),
    resource: text(500),
    fresh: flag,
    short: flag,
    select: text(20),
    value: text(500),
  }),
  component: lazyRouteComponent(() => import('../features/token-test/token-test-page.tsx'), 'TokenTestPage'),
})

const traces = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/traces',
  validateSearch: z.object({
    instance: text(36),
    outcome: z.enum(['ok', 'failed']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('../features/token-test/traces-page.tsx'), 'TracesPage'),
})

const trace = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/traces/$traceId',
  component: lazyRouteComponent(() => import('../features/token-test/trace-page.tsx'), 'TracePage'),
})

const compare = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/compare',
  validateSearch: z.object({ left: text(36), right: text(36) }),
  component: lazyRouteComponent(() => import('../features/token-test/compare-page.tsx'), 'ComparePage'),
})

const decode = createRoute({
  getParentRoute: () => signedIn,
  path: '/tokens/decode',
  component: lazyRouteComponent(() => import('../features/token-test/decode-page.tsx'), 'DecodePage'),
})

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: z.object({ filter: text(1_000), ...rangeSearch, event: text(36), cols: text(400), view: text(36) }),
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
})

const go = createRoute({
  getParentRoute: () => signedIn,
  path: '/go/$',
  component: lazyRouteComponent(() => import('../features/go/go-page.tsx'), 'GoPage'),
})

const apiDocs = createRoute({
  getParentRoute: () => signedIn,
  path: '/api/docs',
  component: lazyRouteComponent(() => import('../features/api-docs/api-docs-page.tsx'), 'ApiDocsPage'),
})

const jobs = createRoute({
  getParentRoute: () => signedIn,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../features/jobs/jobs-page.tsx'), 'JobsPage'),
})

const job = createRoute({
  getParentRoute: () => signedIn,
  path: '/jobs/$jobId',
  validateSearch: z.object({ items: JobItemState.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./whole-job-page.tsx'), 'WholeJobPage'),
})

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: '/alerts',
  validateSearch: z.object({ state: text(20) }),
  component: lazyRouteComponent(() => import('../features/alerts/alerts-page.tsx'), 'AlertsPage'),
})

const expiries = createRoute({
  getParentRoute: () => signedIn,
  path: '/expiries',
  validateSearch: z.object({ kind: text(40) }),
  component: lazyRouteComponent(() => import('../features/expiries/expiries-page.tsx'), 'ExpiriesPage'),
})

const webhooks = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/webhooks',
  component: lazyRouteComponent(() => import('../features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
})

const webhook = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/webhooks/$webhookId',
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-page.tsx'), 'WebhookPage'),
})

const sessions = createRoute({
  getParentRoute: () => signedIn,
  path: '/sessions',
  component: lazyRouteComponent(() => import('../features/sessions/sessions-page.tsx'), 'SessionsPage'),
})

const keys = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings/keys',
  component: lazyRouteComponent(() => import('../features/keys/keys-page.tsx'), 'KeysPage'),
})

/** Within the frame, so that the menu is there to go on with. */
const elsewhere = createRoute({ getParentRoute: () => signedIn, path: '$', component: NotFoundPage })

const routeTree = root.addChildren([
  signIn,
  demoRemoved,
  signedIn.addChildren([
    start,
    instances,
    instance,
    identities,
    identity,
    applications,
    application,
    audiences,
    audience,
    group,
    usage,
    rotationRoutes,
    accessRoutes,
    ...vaultRoutes,
    tokenEvidence,
    settings,
    policies,
    newPolicy,
    policy,
    tokenTest,
    traces,
    trace,
    compare,
    decode,
    audit,
    jobs,
    job,
    sessions,
    keys,
    alerts,
    expiries,
    webhooks,
    webhook,
    go,
    apiDocs,
    elsewhere,
  ]),
])

/** Every address of the dashboard. Search parameters are plain strings, so that people can type and read them. */
export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const given = Object.entries(search).flatMap(([name, value]): [string, string][] =>
        value === undefined || value === '' ? [] : [[name, String(value)]],
      )
      return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
    },
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
