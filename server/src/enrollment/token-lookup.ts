import type { TokenLookup } from '@signet/shared/api/token-tests'
import type { AuditLog } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ResourceManager } from '../resources/index.ts'
import type { TokenTraces } from './token-traces.ts'

interface Logged {
  readonly at: number
  readonly principalId: string
  readonly audience: string
  readonly outcome: string
  readonly expiresAt: number | null
  readonly kid: string | null
}

export interface LookupParts {
  readonly tokenLog: { byCorrelation(id: string): Logged[]; byUti(uti: string): Logged | undefined }
  readonly publishedKeys: () => readonly { readonly kid: string }[]
  readonly kept: Pick<TokenTraces, 'existing'>
  readonly registry: Pick<PrincipalRegistry, 'findAll'>
  readonly resources: Pick<ResourceManager, 'require'>
  readonly audit: AuditLog
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const uti = /^[\w-]{22}$/

/**
 * What is known of an ID that somebody found in an error or a token. A developer may ask, so the answer has names, times
 * and outcomes, and neither addresses nor the IDs of others. Reading the token log is recorded.
 */
export class TokenLookups {
  readonly #parts: LookupParts

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  async find(
    context: RequestContext,
    asked: { kind: 'correlation' | 'uti' | 'kid'; value: string },
  ): Promise<TokenLookup> {
    const { kept, publishedKeys } = this.#parts
    const { kind, value } = asked
    if (kind === 'kid') {
      return { requests: [], traceId: null, keyPublished: publishedKeys().some((key) => key.kid === value) }
    }
    const logged = this.#logged(kind, value)
    await this.#parts.audit.record(context, {
      action: 'token.looked_up',
      target: { kind: 'token', id: value, label: kind },
      after: { found: logged.length },
    })
    const requests = await Promise.all(logged.map((one) => this.#named(one)))
    const [traceId = null] = kind === 'correlation' ? await kept.existing([value.toLowerCase()]) : []
    return { requests, traceId, keyPublished: null }
  }

  #logged(kind: 'correlation' | 'uti', value: string): Logged[] {
    const { tokenLog } = this.#parts
    if (kind === 'correlation') return guid.test(value) ? tokenLog.byCorrelation(value.toLowerCase()) : []
    const found = uti.test(value) ? tokenLog.byUti(value) : undefined
    return found ? [found] : []
  }

  async #named({ principalId, ...logged }: Logged): Promise<TokenLookup['requests'][number]> {
    const [principal] = await this.#parts.registry.findAll([principalId])
    const owner = principal?.ownerInstanceId
    const instance = owner ? await this.#parts.resources.require(owner).catch(() => undefined) : undefined
    const { at, audience, outcome, expiresAt, kid } = logged
    return {
      at,
      audience,
      outcome,
      expiresAt,
      kid,
      instance: instance ? { id: instance.id, name: instance.name } : null,
    }
  }
}
