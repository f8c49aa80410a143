import { type ErrorCode, errorCatalogue, type Problem } from '@signet/shared/errors'

/** The only error a domain throws. `detail` is safe to show to the caller; anything else belongs in `cause`. */
export class SignetError extends Error {
  readonly code: ErrorCode
  readonly detail: string
  /** One sentence that says what to do next, where that is known. */
  readonly fix: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Places of a filter that cannot be read. */
  readonly faults: Problem['faults']

  constructor(
    code: ErrorCode,
    detail: string = errorCatalogue[code].title,
    options: { cause?: unknown; fix?: string; retryAfterSeconds?: number; faults?: Problem['faults'] } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause })
    this.name = 'SignetError'
    this.code = code
    this.detail = detail
    this.fix = options.fix
    this.retryAfterSeconds = options.retryAfterSeconds
    this.faults = options.faults
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }

  /** Whatever was thrown, as one of ours: the edge calls this once, and nothing of a foreign error is shown. */
  static from(error: unknown): SignetError {
    return error instanceof SignetError ? error : new SignetError('internal', undefined, { cause: error })
  }
}

/** A fault in how Signet was started: one line that names the fault and the mend, and no stack. */
export class StartupError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'StartupError'
  }
}
