import type { Clock } from '../platform/clock.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { Secret } from '../platform/secret.ts'
import type { WebhookRow } from './webhooks-store.ts'

type SecretColumn = 'secret_enc' | 'old_secret_enc'

/** Secrets of webhooks as they are stored: sealed, each bound to its row and column (SEC-59). */
export class WebhookSecrets {
  readonly #sealer: Sealer
  readonly #clock: Clock

  constructor({ sealer, clock }: { sealer: Sealer; clock: Clock }) {
    this.#sealer = sealer
    this.#clock = clock
  }

  seal(webhookId: string, column: SecretColumn, secret: Secret): Buffer {
    return this.#sealer.seal('webhooks', placeOf(webhookId, column), Buffer.from(secret.reveal(), 'utf8'))
  }

  /** The newest one. @throws EnvelopeError */
  current(row: Pick<WebhookRow, 'id' | 'secret_enc'>): Secret {
    return this.#open(row.id, 'secret_enc', row.secret_enc)
  }

  /** Those that a message is signed with now: the newest one, and the one before it while its overlap lasts. @throws EnvelopeError */
  validOf(row: WebhookRow): Secret[] {
    const { id, old_secret_enc: old, old_secret_until: until } = row
    const isOverlap = old !== null && until !== null && until > this.#clock.now()
    return [this.current(row), ...(isOverlap ? [this.#open(id, 'old_secret_enc', old)] : [])]
  }

  #open(webhookId: string, column: SecretColumn, envelope: Buffer): Secret {
    return new Secret(this.#sealer.open('webhooks', placeOf(webhookId, column), envelope).toString('utf8'))
  }
}

function placeOf(rowId: string, column: SecretColumn) {
  return { table: 'webhooks', rowId, column, version: 1 }
}
