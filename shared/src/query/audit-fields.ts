import { ActorKind, AuditAction, AuditOutcome } from '../vocabulary/audit-events.ts'
import type { FieldSpec } from './fields.ts'

/** What the audit log can be filtered by. */
export const auditFields = [
  { name: 'action', kind: 'choice', title: 'What was done', values: AuditAction.options, prefixes: true },
  { name: 'actor', kind: 'word', title: 'Who did it: name or ID' },
  { name: 'actor-kind', kind: 'choice', title: 'What kind of actor', values: ActorKind.options },
  { name: 'target', kind: 'word', title: 'What it was done to: name or ID' },
  { name: 'target-kind', kind: 'word', title: 'What kind of target' },
  { name: 'result', kind: 'choice', title: 'Outcome', values: AuditOutcome.options },
  { name: 'reason', kind: 'word', title: 'Reason, or error code' },
  { name: 'ip', kind: 'word', title: 'Address of the actor' },
  { name: 'correlation', kind: 'word', title: 'Correlation ID' },
  { name: 'time', kind: 'time', direction: 'past', title: 'When' },
] as const satisfies readonly FieldSpec[]
