import type { ChangeKind } from '@signet/shared/api/events'

declare const transactionBrand: unique symbol

/** An open transaction. A service passes it on; only stores can look inside. */
export interface Tx {
  readonly [transactionBrand]: true
}

export interface Change {
  readonly kind: ChangeKind
  readonly id: string
}

/** A change as it is told of: numbers grow by one with every change. */
export interface SequencedChange extends Change {
  readonly seq: number
}

/** Opens transactions. Inside one, nothing is awaited but statements of the database (SEC-138). */
export interface Transactor {
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

/** Announces what a transaction changed, once it has committed; part of that transaction, so never without it. */
export interface ChangeRecorder {
  changed(tx: Tx, change: Change): Promise<void>
}
