import { ErrorCode } from '@signet/shared/errors'
import { aadstsMeaningOf, aadstsNumberIn } from '@signet/shared/wire/aadsts'
import { expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { oauthError } from './oauth-errors.ts'

const request = { traceId: 't', correlationId: 'c', authorityUrl: 'https://a', nowMs: 0 }

it.each(ErrorCode.options)('the number that is answered for %s is explained to people', (code) => {
  const { body } = oauthError(new SignetError(code), request)
  const number = aadstsNumberIn(body.error_description)
  expect(number).toBe(body.error_codes[0])
  expect(aadstsMeaningOf(number ?? 0)?.says).toBeDefined()
})
