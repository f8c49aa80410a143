import { inspect } from 'node:util'

const shown = '[redacted]'

/**
 * A token, code, key or cookie that travels through objects (SEC-171). However such an object is printed (as a string, as
 * JSON, by `inspect`, in the message of an error) this part of it is `[redacted]`. Whoever needs the value says so.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one place that sends, stores or compares it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
