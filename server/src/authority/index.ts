/**
 * Issues and verifies tokens: who asks (an assertion under a registered certificate, a
 * secret, or the token of an issuer that the client trusts), for what (a registered
 * audience), in which words (claims), under which key, and on durable record before the token leaves. It never creates
 * principals and never decides when their certificates roll.
 * Owns the tables `signing_keys`, `resource_apps`, `app_role_assignments`, and `telemetry.db` with `token_log`, `assertion_jti`, `token_usage`,
 * `token_hosts`, `token_hours`.
 */
export { AppRoles } from './app-roles.ts'
export { AudienceList } from './audience-list.ts'
export { audienceHandlers } from './audience-routes.ts'
export { Audiences } from './audiences.ts'
export { type Authority, openAuthority } from './authority.ts'
export { authorityEndpoint } from './authority-endpoint.ts'
export type { SlotHolder } from './client-facts.ts'
export { DiscoveryEndpoint } from './discovery-endpoint.ts'
export { IntrospectionEndpoint } from './introspection-endpoint.ts'
export { utiOf } from './issuance-log.ts'
export { guardedFetch } from './issuer-keys.ts'
export { RevocationFeed } from './revocation-feed-endpoint.ts'
export { revocationHandlers } from './revocation-routes.ts'
export { type Caller, claimsChallenge, contextOf, type GatedService, ServiceGate } from './service-gate.ts'
export type { SigningKeyAdmin } from './signing-key-admin.ts'
export { signingKeyHandlers } from './signing-key-routes.ts'
export type { KeyOutlook, SigningKeys } from './signing-keys.ts'
export type { TokenActivityStore } from './token-activity-store.ts'
export { TokenEndpoint } from './token-endpoint.ts'
export type { TokenUsageStore } from './token-usage-store.ts'
export { UsageReports } from './usage-reports.ts'
export { usageHandlers } from './usage-routes.ts'
