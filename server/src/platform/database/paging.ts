import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Page } from '@signet/shared/api/paging'
import { SignetError } from '../signet-error.ts'

/**
 * Keyset cursors: base64url JSON of the sort tuple with a keyed tag, so that a caller cannot make one up. A cursor is
 * bound to the list it came from.
 */
export class Cursors {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  /** Cuts a result of `limit + 1` rows into a page. */
  page<Row, Item>(
    rows: readonly Row[],
    options: { list: string; limit: number; keyOf: (row: Row) => readonly string[]; map: (row: Row) => Item },
  ): Page<Item> {
    const shown = rows.slice(0, options.limit)
    const last = shown.at(-1)
    const nextCursor = rows.length > options.limit && last ? this.#write(options.list, options.keyOf(last)) : null
    return { items: shown.map(options.map), nextCursor }
  }

  /** @throws SignetError `invalid_request` for a cursor that this list did not give out */
  read(list: string, cursor: string | undefined): readonly string[] | undefined {
    if (cursor === undefined) return undefined
    const [payload = '', tag = ''] = cursor.split('.')
    const given = Buffer.from(tag, 'base64url')
    const expected = this.#tag(list, payload)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new SignetError('invalid_request', 'The cursor is not one that this list gave out.', {
        fix: 'Start again from the first page.',
      })
    }
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as string[]
  }

  #write(list: string, tuple: readonly string[]): string {
    const payload = Buffer.from(JSON.stringify(tuple)).toString('base64url')
    return `${payload}.${this.#tag(list, payload).toString('base64url')}`
  }

  #tag(list: string, payload: string): Buffer {
    return createHmac('sha256', this.#key).update(`${list}|${payload}`).digest().subarray(0, 16)
  }
}
