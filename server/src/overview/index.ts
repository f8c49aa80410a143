/**
 * What an operator sees first: the deployment in numbers, and what needs attention with the one thing to do about it. It
 * asks every other domain for what it knows and keeps nothing itself; no domain asks it. Owns no table (ADR-0011).
 */
export { overviewHandlers } from './admin-routes.ts'
export { attentionLists } from './attention-lists.ts'
export { type Overview, openOverview } from './overview.ts'
export { pagePaths } from './page-paths.ts'
export type { StandingTroubles, Troubles } from './standing-troubles.ts'
