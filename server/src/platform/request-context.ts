import type { ActorKind } from '@signet/shared/vocabulary/audit-events'
import type { Tx } from './transaction.ts'

/** Who acts, from where, and under which correlation ID: first argument of everything that writes. */
export interface RequestContext {
  readonly actor: { readonly kind: ActorKind; readonly id: string | null; readonly label: string }
  readonly correlationId: string
  readonly ip: string | null
  /** What a browser calls itself; for people to recognise their sessions by. */
  readonly userAgent?: string
  /** Told of every audit event that this request causes, in the event's own transaction. */
  readonly recorded?: (tx: Tx, auditEventId: string) => Promise<void>
}

/** The context of work that Signet does by itself. */
export function systemContext(label: string, correlationId: string): RequestContext {
  return { actor: { kind: 'system', id: null, label }, correlationId, ip: null }
}
