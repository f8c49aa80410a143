import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import { newGuid } from '../platform/identifiers.ts'
import { systemContext } from '../platform/request-context.ts'
import type { Transactor } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { IssuanceLog } from './issuance-log.ts'
import type { NewHost } from './issuance-log-store.ts'

interface NewHostParts {
  readonly log: Pick<IssuanceLog, 'untoldHosts' | 'hostsTold'>
  readonly registry: Pick<PrincipalRegistry, 'newHost'>
  readonly database: Transactor
  readonly audit: Pick<AuditLog, 'append'>
}

/**
 * Puts on record that an identity got its first token from a host, off the path of the token: the counters mark what nobody was
 * told of, and the mark goes once the record is there. A process that ends in between tells it twice, and never not at all.
 */
export class NewHosts {
  readonly #parts: NewHostParts

  constructor(parts: NewHostParts) {
    this.#parts = parts
  }

  async tell(): Promise<void> {
    const { log, database } = this.#parts
    for (;;) {
      const hosts = log.untoldHosts()
      if (hosts.length === 0) return
      await database.transact(async (tx) => {
        for (const host of hosts) await this.#record(tx, host)
      })
      await log.hostsTold(hosts)
    }
  }

  async #record(tx: Parameters<Parameters<Transactor['transact']>[0]>[0], { at, ...seen }: NewHost): Promise<void> {
    const principal = await this.#parts.registry.newHost(tx, ObjectId.parse(seen.principalId), at)
    if (!principal) return
    await this.#parts.audit.append(tx, systemContext('usage', newGuid()), {
      action: 'identity.new_host',
      target: {
        kind: principal.kind === 'app' ? 'application' : 'identity',
        id: principal.objectId,
        label: principal.displayName,
      },
      after: { host: seen.kind, ...(seen.host !== '' && { hostId: seen.host }), at },
    })
  }
}
