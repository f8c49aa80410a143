import { z } from 'zod'
import * as alerts from './alerts.ts'
import * as applications from './applications.ts'
import * as audiences from './audiences.ts'
import * as audit from './audit.ts'
import * as authorization from './authorization.ts'
import * as backups from './backups.ts'
import * as bulk from './bulk.ts'
import * as certificateAuthorities from './certificate-authorities.ts'
import * as clock from './clock.ts'
import type { Route } from './contract.ts'
import * as deployment from './deployment.ts'
import * as enrollment from './enrollment.ts'
import * as evidence from './evidence.ts'
import * as federation from './federation.ts'
import * as openapi from './openapi.ts'
import * as operators from './operators.ts'
import * as overview from './overview.ts'
import * as principals from './principals.ts'
import * as resolve from './resolve.ts'
import * as resourceGroups from './resource-groups.ts'
import * as resources from './resources.ts'
import * as revocations from './revocations.ts'
import * as rollouts from './rollouts.ts'
import * as rotation from './rotation.ts'
import * as rotationActs from './rotation-acts.ts'
import * as rotationCalendar from './rotation-calendar.ts'
import * as rotationPolicies from './rotation-policies.ts'
import * as signingKeys from './signing-keys.ts'
import * as tokenTests from './token-tests.ts'
import * as usage from './usage.ts'
import * as userIdentities from './user-identities.ts'
import * as vault from './vault.ts'
import * as views from './views.ts'
import * as webhooks from './webhooks.ts'

/** Every file of the contract; what it exports in the form of routes is offered, and its schemas are named. */
const files: Record<string, object> = {
  Sessions: operators,
  Overview: overview,
  Instances: resources,
  Identities: principals,
  Applications: applications,
  'Federated credentials': federation,
  'User-assigned identities': userIdentities,
  'Resource groups': resourceGroups,
  Audiences: audiences,
  'Roles and access': authorization,
  'Vaults and secrets': vault,
  'Bulk jobs': bulk,
  Rotations: rotation,
  'Rotation calendar': rotationCalendar,
  'Rotation policies': rotationPolicies,
  'Acts on rotations': rotationActs,
  Evidence: evidence,
  Rollouts: rollouts,
  'Signing keys': signingKeys,
  Revocations: revocations,
  Alerts: alerts,
  Webhooks: webhooks,
  'Certificate authorities': certificateAuthorities,
  Enrolment: enrollment,
  'Token tests': tokenTests,
  Usage: usage,
  Audit: audit,
  'Saved views': views,
  Deployment: deployment,
  Backups: backups,
  Clock: clock,
  'Look-up': resolve,
  'This document': openapi,
}

/** One operation of the admin API under the heading and the name that its documents give it. */
export interface NamedRoute {
  readonly heading: string
  /** Unique in the API, such as `resources.list`. */
  readonly name: string
  readonly route: Route
}

/** Every operation of the admin API, in the order of its headings. */
export const adminRoutes: readonly NamedRoute[] = Object.entries(files).flatMap(([heading, file]) =>
  Object.entries(file).flatMap(([exported, table]) =>
    isRouteTable(table)
      ? Object.entries(table).map(([name, route]) => ({
          heading,
          name: `${exported.replace(/Api$/, '')}.${name}`,
          route,
        }))
      : [],
  ),
)

/** The schemas that have a name of their own. */
export const adminSchemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.values(files).flatMap((file) =>
    Object.entries(file).filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodObject),
  ),
)

/** Whether an export of a contract file is a table of routes. */
function isRouteTable(value: unknown): value is Record<string, Route> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).length > 0 &&
    Object.values(value).every((each) => typeof each === 'object' && each !== null && 'method' in each)
  )
}
