/**
 * What happened: every act that changed something or was refused, with who did it, to what, when, and how it ended.
 * An event is appended inside the transaction of the change it records, so neither can exist without the other
 * (SEC-124). Nothing is ever changed or deleted here; the database refuses it. Owns the tables `audit_events` and
 * `audit_texts` (ADR-0013).
 */
export { auditHandlers } from './admin-routes.ts'
export { AuditExports } from './audit-export.ts'
export { AuditLog, type NewAuditEvent } from './audit-log.ts'
export { recordingDamage, recordRefusals, requireIntactRows } from './integrity-records.ts'
