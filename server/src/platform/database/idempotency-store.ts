import type { Tx } from '../transaction.ts'
import { sqlOf } from './database.ts'
import type { IdempotencyKeysTable } from './schema.ts'

export type IdempotencyRow = IdempotencyKeysTable

/** SQL of the idempotency keys of writes. */
export class IdempotencyStore {
  /** @returns undefined when the key was free and is the caller's now, else the row that has it */
  async claim(tx: Tx, row: IdempotencyRow): Promise<IdempotencyRow | undefined> {
    const result = await sqlOf(tx)
      .insertInto('idempotency_keys')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'key_sha256']).doNothing())
      .executeTakeFirst()
    if ((result.numInsertedOrUpdatedRows ?? 0n) === 1n) return undefined
    return sqlOf(tx)
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('tenant_id', '=', row.tenant_id)
      .where('key_sha256', '=', row.key_sha256)
      .executeTakeFirst()
  }

  async replace(tx: Tx, row: IdempotencyRow): Promise<void> {
    await this.#of(sqlOf(tx).updateTable('idempotency_keys').set(row), row).execute()
  }

  async markEffective(tx: Tx, key: Pick<IdempotencyRow, 'tenant_id' | 'key_sha256'>): Promise<void> {
    await this.#of(sqlOf(tx).updateTable('idempotency_keys').set({ effective: 1 }), key).execute()
  }

  async answered(
    tx: Tx,
    key: Pick<IdempotencyRow, 'tenant_id' | 'key_sha256'>,
    answer: { status: number; response: string | null },
  ): Promise<void> {
    await this.#of(sqlOf(tx).updateTable('idempotency_keys').set(answer), key).execute()
  }

  /** A write that came to nothing leaves its key free, for a second try. */
  async releaseUnlessEffective(tx: Tx, key: Pick<IdempotencyRow, 'tenant_id' | 'key_sha256'>): Promise<void> {
    await this.#of(sqlOf(tx).deleteFrom('idempotency_keys'), key).where('effective', '=', 0).execute()
  }

  /** @returns how many were forgotten */
  async forgetExpired(tx: Tx, now: number, most: number): Promise<number> {
    const result = await sqlOf(tx)
      .deleteFrom('idempotency_keys')
      .where(
        'key_sha256',
        'in',
        sqlOf(tx).selectFrom('idempotency_keys').select('key_sha256').where('expires_at', '<=', now).limit(most),
      )
      .where('expires_at', '<=', now)
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  }

  #of<Q extends { where(column: 'tenant_id' | 'key_sha256', operator: '=', value: string): Q }>(
    query: Q,
    key: Pick<IdempotencyRow, 'tenant_id' | 'key_sha256'>,
  ): Q {
    return query.where('tenant_id', '=', key.tenant_id).where('key_sha256', '=', key.key_sha256)
  }
}
