import { ErrorCode } from '@signet/shared/errors'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { appServiceErrorOf, cloudShellErrorOf, imdsErrorOf, serviceFabricErrorOf } from './endpoint-errors.ts'

describe.each(ErrorCode.options)('%s', (code) => {
  const error = new SignetError(code)
  const imds = imdsErrorOf(error)
  const correlationId = '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55'
  const appService = appServiceErrorOf(error, correlationId)
  const cloudShell = cloudShellErrorOf(error)
  const serviceFabric = serviceFabricErrorOf(error, correlationId)

  it('is never 401 or 403 on IMDS, and says when to come back if one should, in every dialect (rule 8)', () => {
    expect([401, 403]).not.toContain(imds.status)
    for (const { status, headers } of [imds, appService, cloudShell, serviceFabric]) {
      if (status === 429 || status === 503) expect(Number(headers['Retry-After'])).toBeGreaterThan(0)
      else expect(headers['Retry-After']).toBeUndefined()
    }
  })

  it('has the status in the body on App Service', () => {
    expect(appService.body.statusCode).toBe(appService.status)
  })
})
