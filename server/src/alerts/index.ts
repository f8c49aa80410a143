/**
 * What somebody has to be told of: alerts that open with an act or by the clock and resolve by themselves, and webhooks,
 * through which other programs are told, from a durable queue. What is in trouble is `overview`'s to say; this domain keeps
 * the record of it (ADR-0024). Owns the tables `alerts`, `webhooks`, `outbox_deliveries`.
 */
export { alertHandlers, webhookHandlers } from './admin-routes.ts'
export { type Alerting, openAlerting } from './alerting.ts'
