/**
 * The people who use the dashboard: one-time codes from the server's console, server-side sessions, and the guard that
 * says which route is open to whom. It knows nothing of workloads; those are principals.
 * Owns the tables `operators`, `one_time_codes`, `operator_sessions`, `saved_views`.
 */
export { ClockConfirmation } from './clock-confirmation.ts'
export { clockHandlers } from './clock-routes.ts'
export { ChangeStreams, eventsRouter } from './events-routes.ts'
export { type IssuedCode, Operators } from './operators.ts'
export { hasPermission, RequestGuard, requirePermission, signedInOf } from './request-guard.ts'
export { SavedViews } from './saved-views.ts'
export { sessionHandlers } from './session-routes.ts'
export type { Sessions } from './sessions.ts'
export { viewHandlers } from './view-routes.ts'
