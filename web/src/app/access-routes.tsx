import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { signedIn } from './frame-routes.tsx'
import { text } from './search-params.ts'

const id = text(36)
const scope = text(1_024)

const access = createRoute({
  getParentRoute: () => signedIn,
  path: '/access',
})

const assignments = createRoute({
  getParentRoute: () => access,
  path: '/',
  validateSearch: z.object({
    ...{ principal: id, role: id, scope, cols: text(400), peek: id },
    view: z.enum(['unused', 'broad']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('../features/access/assignments-page.tsx'), 'AssignmentsPage'),
})

const add = createRoute({
  getParentRoute: () => access,
  path: '/add',
  validateSearch: z.object({ principal: id, role: id, scope }),
  component: lazyRouteComponent(() => import('../features/access/add-page.tsx'), 'AddAssignmentPage'),
})

const roles = createRoute({
  getParentRoute: () => access,
  path: '/roles',
  component: lazyRouteComponent(() => import('../features/access/roles-page.tsx'), 'RolesPage'),
})

const newRole = createRoute({
  getParentRoute: () => access,
  path: '/roles/new',
  component: lazyRouteComponent(() => import('../features/access/role-page.tsx'), 'NewRolePage'),
})

const role = createRoute({
  getParentRoute: () => access,
  path: '/roles/$roleId',
  component: lazyRouteComponent(() => import('../features/access/role-page.tsx'), 'RolePage'),
})

const effective = createRoute({
  getParentRoute: () => access,
  path: '/effective',
  validateSearch: z.object({
    ...{ principal: id, action: text(300), resource: scope },
    data: z.enum(['true', 'false']).optional().catch(undefined),
    ask: z.literal('who').optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('../features/access/effective-page.tsx'), 'EffectivePage'),
})

/** Everything below `/access`. */
export const accessRoutes = access.addChildren([assignments, add, roles, newRole, role, effective])
