import { ErrorCode, errorCatalogue } from '@signet/shared/errors'
import { TokenError } from '@signet/shared/wire/oauth'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { oauthError } from './oauth-errors.ts'

const request = {
  traceId: '00000000-0000-4000-8000-00000000000a',
  correlationId: '00000000-0000-4000-8000-00000000000b',
  authorityUrl: 'https://login.signet.test',
  nowMs: Date.UTC(2026, 10, 22, 22, 0, 0, 987),
}

describe('errors of the token endpoint (wire-protocol 3.7, SEC-81)', () => {
  it('have every field, in the form clients parse', () => {
    expect(oauthError(new SignetError('assertion_audience_wrong', 'Not for us.'), request)).toEqual({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: `AADSTS700023: Not for us.\r\nTrace ID: ${request.traceId}\r\nCorrelation ID: ${request.correlationId}\r\nTimestamp: 2026-11-22 22:00:00Z`,
        error_codes: [700023],
        timestamp: '2026-11-22 22:00:00Z',
        trace_id: request.traceId,
        correlation_id: request.correlationId,
        error_uri: 'https://login.signet.test/error?code=700023',
      },
    })
  })

  it.each(ErrorCode.options)('render %s, and never as something MSAL would turn into a dialogue', (code) => {
    const { status, body } = oauthError(new SignetError(code), request)
    expect(TokenError.parse(body)).toEqual(body)
    expect(body.error).not.toMatch(/interaction_required|consent_required|login_required/)
    expect(status).toBeGreaterThanOrEqual(400)
    if (errorCatalogue[code].fault === 'caller') expect(status).toBeLessThan(500)
  })

  it('say nothing of a foreign error (SEC-156)', () => {
    const { status, body } = oauthError(SignetError.from(new Error('SELECT secret FROM /var/lib')), request)
    expect([status, body.error]).toEqual([500, 'server_error'])
    expect(JSON.stringify(body)).not.toContain('SELECT')
  })
})
