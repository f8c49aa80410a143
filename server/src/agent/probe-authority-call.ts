import type { SignetError } from '../platform/signet-error.ts'
import type { AuthorityAnswer } from './authority-client.ts'
import type { OpenStep, ProbeTrace } from './probe-trace.ts'

/** One call of the authority as the trace of a test shows it; without a trace nothing is kept. */
export class AuthorityCall {
  readonly #tokenUrl: string
  readonly #trace: ProbeTrace | undefined
  #step: OpenStep | undefined
  #form = ''
  #answer: AuthorityAnswer | undefined

  constructor(tokenUrl: string, trace: ProbeTrace | undefined) {
    this.#tokenUrl = tokenUrl
    this.#trace = trace
  }

  /** From here on the time belongs to the authority; a second attempt goes on with the same step. @returns the form */
  sends(form: string): string {
    if (this.#trace) {
      this.#form = form
      this.#step ??= this.#trace.open('authority', `POST ${this.#tokenUrl}`)
    }
    return form
  }

  answered(answer: AuthorityAnswer): void {
    if (this.#trace) this.#answer = answer
  }

  succeeded(detail: string): void {
    this.#step?.end({ status: 'ok', detail, ...this.#shown() })
  }

  failed({ detail, code }: SignetError): void {
    this.#step?.end({ status: 'failed', detail, code, ...this.#shown() })
  }

  #shown() {
    const { pathname, host } = new URL(this.#tokenUrl)
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const answer = this.#answer
    return {
      httpStatus: answer?.status ?? null,
      exchange: {
        request: `POST ${pathname} HTTP/1.1\nHost: ${host}\n${type}\n\n${this.#form.replaceAll('&', '\n&')}`,
        response: answer ? `HTTP/1.1 ${answer.status}\n\n${answer.text}` : '',
      },
    }
  }
}

/** Header and claims of an assertion, which prove nothing without the signature. */
export function decodedParts(assertion: string): string {
  const [header = '', claims = ''] = assertion.split('.')
  return [header, claims].map((part) => Buffer.from(part, 'base64url').toString('utf8')).join('\n')
}
