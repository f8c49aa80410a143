import type { AuditEvent } from '@signet/shared/api/audit'
import { fieldIs } from '@signet/shared/query/query-text'

export interface RelatedLink {
  readonly words: string
  /** The filter that finds them, over all time. */
  readonly filter: string
}

/** What else belongs to an event: of the same request, on the same thing, by the same actor, of the same kind. */
export function relatedTo(event: AuditEvent): RelatedLink[] {
  const links: RelatedLink[] = [{ words: 'Same request', filter: fieldIs('correlation', event.correlationId) }]
  if (event.target !== null) links.push({ words: 'Same target', filter: fieldIs('target', event.target.id) })
  links.push({ words: 'Same actor', filter: fieldIs('actor', event.actor.id ?? event.actor.label) })
  links.push({ words: 'Same action', filter: fieldIs('action', event.action) })
  return links
}
