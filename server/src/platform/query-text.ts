import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery } from '@signet/shared/query/query'
import type { Term } from '@signet/shared/query/terms'
import { SignetError } from './signet-error.ts'

/** The terms of a filter. @throws SignetError `invalid_request` that says what is wrong, and what was probably meant */
export function requireTerms(text: string | undefined, fields: readonly FieldSpec[]): readonly Term[] {
  const { terms, faults } = parseQuery(text ?? '', fields)
  const [fault] = faults
  if (!fault) return terms
  throw new SignetError('invalid_request', `filter, characters ${fault.from + 1} to ${fault.to}: ${fault.message}`, {
    fix: fault.suggestion === undefined ? 'Correct the filter.' : `Did you mean ${fault.suggestion}?`,
    faults: [...faults],
  })
}
