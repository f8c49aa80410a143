import type { ActorKind } from '@signet/shared/vocabulary/audit-events'

/** Who acts, from where, and under which correlation ID: first argument of everything that writes. */
export interface RequestContext {
  readonly actor: { readonly kind: ActorKind; readonly id: string | null; readonly label: string }
  readonly correlationId: string
  readonly ip: string | null
  /** What a browser calls itself; for people to recognise their sessions by. */
  readonly userAgent?: string
}

/** The context of work that Signet does by itself. */
export function systemContext(label: string, correlationId: string): RequestContext {
  return { actor: { kind: 'system', id: null, label }, correlationId, ip: null }
}
