import type { z } from 'zod'
import type { Permission } from '../vocabulary/permissions.ts'

/**
 * Who may call a route: a permission, any signed-in operator, or anybody at all. `optional-session` is open to anybody too, and
 * knows who is signed in, if anybody is.
 */
export type Access = Permission | 'session' | 'optional-session' | 'public'

/** Whether a route is open to somebody who is not signed in. */
export function isOpen({ access }: Route): boolean {
  return access === 'public' || access === 'optional-session'
}

/** A file that an operation answers with, made as it is sent. */
export interface Download {
  readonly fileName: string
  readonly contentType: string
  readonly chunks: AsyncIterable<string>
  /** Called once: the last byte has left, or the reader went away. */
  readonly ended?: () => void
}

/** Of a write: repeating it within 24 hours returns the first answer (SEC-150). At least 128 bits, chosen by the caller. */
export const idempotencyHeader = 'idempotency-key'
/** Of the answer to a write: the audit event that records it. */
export const auditEventHeader = 'x-signet-audit-event'

/**
 * One operation of the admin API, read by the server (which enforces it) and the dashboard (which calls it).
 * `path` is Express syntax below `/api`; `status` is what success answers, 200 unless given, 204 has no body.
 * An answer with a number called `version` carries it as its ETag.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodObject
  readonly response?: z.ZodType
  readonly status?: 200 | 201 | 204
  /** The operation changes one versioned thing and takes its ETag as `If-Match`; a stale one is refused with 412. */
  readonly ifMatch?: true
  /**
   * The request or its answer holds a secret: neither the answer nor a digest of the body is kept, so that repeating an
   * idempotency key is refused.
   */
  readonly secret?: true
  /** The answer is a file. */
  readonly download?: true
  /** A question that is too long for an address: it changes nothing, whatever its method. */
  readonly question?: true
}

/** Whether an operation takes an idempotency key: it changes something, for somebody with a permission. */
export function isKeyed(route: Route): boolean {
  const { method, access, question } = route
  return method !== 'GET' && question !== true && access !== 'session' && !isOpen(route)
}

/** States one operation; the type of the literal is kept, so that handlers and callers are typed by it. */
export function route<const R extends Route>(definition: R): R {
  return definition
}

type Of<R, K extends string> = R extends { readonly [k in K]: infer S extends z.ZodType } ? z.output<S> : undefined
type In<R, K extends string> = R extends { readonly [k in K]: infer S extends z.ZodType } ? z.input<S> : undefined

/** What a handler of `R` is given, already parsed. */
export interface RouteInput<R extends Route> {
  readonly params: Of<R, 'params'>
  readonly query: Of<R, 'query'>
  readonly body: Of<R, 'body'>
  /** The version that the caller has seen, if it said so. */
  readonly ifMatch: number | undefined
}

/** What a caller of `R` gives. Parts that the route does not have are left out. */
export type RouteArguments<R extends Route> = {
  readonly [K in 'params' | 'query' | 'body' as R extends { readonly [k in K]: z.ZodType } ? K : never]: In<R, K>
} & (R extends { readonly ifMatch: true } ? { readonly ifMatch?: number | undefined } : unknown)

export type RouteResponse<R extends Route> = R extends { readonly response: infer S extends z.ZodType }
  ? z.output<S>
  : R extends { readonly download: true }
    ? Download
    : undefined
