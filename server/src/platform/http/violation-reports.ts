import type { Request, Response } from 'express'
import { z } from 'zod'
import { printable } from '../printable.ts'
import type { SampledLog } from '../sampled-log.ts'
import { SignetError } from '../signet-error.ts'
import { mediaTypeOf, parseJson, readBody } from './body.ts'

const mostBytes = 16_384

const Report = z.object({
  'csp-report': z.object({
    'document-uri': z.string().default(''),
    'effective-directive': z.string().default(''),
    'blocked-uri': z.string().default(''),
  }),
})

/**
 * What browsers report of the content security policy (SEC-162). Anybody can send one, so it is logged within bounds and
 * nothing else comes of it.
 *
 * @throws SignetError `unsupported_media_type` | `payload_too_large` | `invalid_request`
 */
export async function takeViolationReport(request: Request, response: Response, log: SampledLog): Promise<void> {
  if (mediaTypeOf(request) !== 'application/csp-report') {
    throw new SignetError('unsupported_media_type', 'The content type must be application/csp-report.')
  }
  const report = Report.safeParse(parseJson(await readBody(request, mostBytes)))
  if (!report.success) throw new SignetError('invalid_request', 'This is not a report of a policy violation.')
  const { 'document-uri': page, 'effective-directive': directive, 'blocked-uri': blocked } = report.data['csp-report']
  log.warn(
    'content security policy',
    { page: withoutQuery(page), directive: printable(directive), blocked: withoutQuery(blocked) },
    'the page was kept from something',
  )
  response.status(204).end()
}

/** Queries and fragments are never logged: codes stand in them. */
function withoutQuery(address: string): string {
  return printable(address.split(/[?#]/, 1)[0] ?? '')
}
