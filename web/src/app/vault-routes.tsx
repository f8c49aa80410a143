import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { signedIn } from './frame-routes.tsx'
import { text } from './search-params.ts'

const vaults = createRoute({
  getParentRoute: () => signedIn,
  path: '/vaults',
  validateSearch: z.object({ state: z.literal('deleted').optional().catch(undefined), name: text(127) }),
  component: lazyRouteComponent(() => import('../features/vaults/vaults-page.tsx'), 'VaultsPage'),
})

const vault = createRoute({
  getParentRoute: () => signedIn,
  path: '/vaults/$vaultName/{-$tab}',
  validateSearch: z.object({ name: text(127) }),
  component: lazyRouteComponent(() => import('../features/vaults/vault-page.tsx'), 'VaultPage'),
})

const secret = createRoute({
  getParentRoute: () => signedIn,
  path: '/vaults/$vaultName/secrets/$secretName/{-$version}',
  component: lazyRouteComponent(() => import('../features/vaults/secret-page.tsx'), 'SecretPage'),
})

/** Screens of vaults and their secrets. */
export const vaultRoutes = [vaults, vault, secret] as const
