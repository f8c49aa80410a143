import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { RequestContext } from '../platform/request-context.ts'

/** A request to the resource manager, read once: nothing behind it sees HTTP. */
export interface ArmCall {
  readonly principalId: ObjectId
  readonly context: RequestContext
  /** Segments of the path by the name they have in the route, decoded; `scope` begins with a slash. */
  readonly params: Readonly<Record<string, string>>
  /** By name, lower case. */
  readonly query: ReadonlyMap<string, string>
  /** Empty where none was asked for. */
  readonly body: Readonly<Record<string, unknown>>
  /** The version that a change is meant for; undefined where the caller does not mind. */
  readonly expected: number | undefined
  /** The caller wants to create and not to change. */
  readonly onlyNew: boolean
  /** The address of the page after this one, of the same host and with the same query. */
  readonly nextLink: (skipToken: string) => string
}

export interface ArmAnswer {
  readonly status: number
  readonly body?: unknown
}

/** What a route asks for before it runs. */
export interface ArmRight {
  readonly action: string
  readonly at: (params: Readonly<Record<string, string>>) => string
  /** A list: whoever may see some of it is let through, and shown those. */
  readonly within?: true
}

export interface ArmRoute {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  /** Segments in lower case but for `{name}`; `{scope}` at the start is any number of them. */
  readonly path: string
  /** Undefined: every caller may. */
  readonly right?: ArmRight
  /** A POST that has no body. */
  readonly bodiless?: true
  run(call: ArmCall): Promise<ArmAnswer>
}

/** An error in the words of the resource manager, where the catalogue of Signet has no word of its own. */
export class ArmError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ArmError'
    this.status = status
    this.code = code
  }
}

export const ok = (body: unknown): ArmAnswer => ({ status: 200, body })
/** Of a PUT. */
export const put = (isNew: boolean, body: unknown): ArmAnswer => ({ status: isNew ? 201 : 200, body })
/** Of a DELETE; absent is what was wanted. */
export const deleted = (wasThere: boolean): ArmAnswer => ({ status: wasThere ? 200 : 204 })

export function notFound(what: string): ArmError {
  return new ArmError(404, 'ResourceNotFound', `The resource ${what} was not found.`)
}

export function badContent(message: string): ArmError {
  return new ArmError(400, 'InvalidRequestContent', message)
}

/** Sets what a client must not write aside (SEC-118). */
export function withoutReadOnly(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const readOnly = new Set(['principalId', 'clientId', 'tenantId', 'provisioningState', 'systemData'])
  return Object.fromEntries(Object.entries(members).filter(([name]) => !readOnly.has(name)))
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
