import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { dataActions, type SecretVerb, secretScope } from './secret.ts'
import type { VaultRecord } from './vaults.ts'

/** Who asks for something in a vault. */
export type Asker =
  /** By a token; may do what roles allow. */
  | { readonly kind: 'principal'; readonly principalId: ObjectId; readonly context: RequestContext }
  /** On the dashboard, whose contract has asked for the permission already. */
  | { readonly kind: 'operator'; readonly context: RequestContext }

/** Who knows the role assignments: current with the last commit, answers from memory. */
export interface Decider {
  authorize(ask: { principalId: ObjectId; action: string; isData: boolean; scope: string }): {
    readonly allowed: boolean
  }
}

/** What somebody wants to do, and to which secret; without one, to all of them. */
export interface SecretAsk {
  readonly verb: SecretVerb
  readonly name?: string | undefined
}

export interface Refusal {
  readonly error: SignetError
  readonly event: NewAuditEvent
}

/** Whether somebody may do something with the secrets of a vault: denied unless a role assignment allows it (SEC-112). */
export class SecretRights {
  readonly #access: Decider
  readonly #audit: AuditLog

  constructor({ access, audit }: { access: Decider; audit: AuditLog }) {
    this.#access = access
    this.#audit = audit
  }

  /** @param secretId of the secret that is asked for, if there is one @returns undefined when they may */
  refusalOf(asker: Asker, vault: VaultRecord, { verb, name }: SecretAsk, secretId?: string): Refusal | undefined {
    if (asker.kind === 'operator') return undefined
    const action = dataActions[verb]
    const scope = name === undefined ? vault.armId : secretScope(vault.armId, name)
    const { principalId } = asker
    const { allowed } = this.#access.authorize({ principalId, action, isData: true, scope })
    if (allowed) return undefined
    const label = name === undefined ? vault.name : `${vault.name}/${name}`
    const detail = `The caller is not authorized to perform the action.\r\nAction: '${action}'\r\nResource: '${scope}'\r\nAssignment: (not found)`
    return {
      error: new SignetError('forbidden', detail, { fix: 'Assign a role that has the action.' }),
      event: {
        action: 'secret.refused',
        outcome: 'refused',
        target:
          secretId === undefined ? { kind: 'vault', id: vault.id, label } : { kind: 'secret', id: secretId, label },
        reason: 'forbidden',
        after: { verb, dataAction: action, scope },
      },
    }
  }

  /** For what changes nothing; a refusal is on record when it is told. @throws SignetError `forbidden` */
  async require(asker: Asker, vault: VaultRecord, ask: SecretAsk, secretId?: string): Promise<void> {
    const refusal = this.refusalOf(asker, vault, ask, secretId)
    if (!refusal) return
    await this.#audit.record(asker.context, refusal.event)
    throw refusal.error
  }
}
