import type { AuditEvent } from '@signet/shared/api/audit'
import type { AuditLog } from '../audit/index.ts'
import type { PrincipalRegistry } from '../principals/index.ts'

interface SystemDataParts {
  readonly audit: Pick<AuditLog, 'endsOf'>
  readonly principals: Pick<PrincipalRegistry, 'findAll'>
}

/** Who made a resource and who changed it last (wire-protocol §4.1), which is what the audit log has of it first and last. */
export class SystemData {
  readonly #parts: SystemDataParts

  constructor(parts: SystemDataParts) {
    this.#parts = parts
  }

  /** @returns by the ID that its events are of: the member for its envelope; none when nothing is on record */
  async of(ids: readonly string[]): Promise<(id: string) => { systemData?: Readonly<Record<string, string>> }> {
    const ends = await this.#parts.audit.endsOf(ids)
    const actors = [...ends.values()].flatMap(({ first, last }) => [first.actor, last.actor])
    const principalIds = new Set(actors.flatMap(({ kind, id }) => (kind === 'principal' && id !== null ? [id] : [])))
    const principals = await this.#parts.principals.findAll([...principalIds])
    const kinds = new Map(principals.map(({ objectId, kind }): [string, string] => [objectId, kind]))
    const typeOf = ({ kind, id }: AuditEvent['actor']) => {
      if (kind === 'operator') return 'User'
      const isManaged = kind === 'principal' && id !== null && (kinds.get(id) ?? 'app') !== 'app'
      return isManaged ? 'ManagedIdentity' : 'Application'
    }
    const words = (prefix: string, { actor, at }: AuditEvent) => ({
      [`${prefix}By`]: actor.kind === 'principal' ? (actor.id ?? actor.label) : actor.label,
      [`${prefix}ByType`]: typeOf(actor),
      [`${prefix}At`]: new Date(at).toISOString(),
    })
    return (id) => {
      const known = ends.get(id)
      return known ? { systemData: { ...words('created', known.first), ...words('lastModified', known.last) } } : {}
    }
  }
}
