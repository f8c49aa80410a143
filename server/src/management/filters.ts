import { ArmError } from './arm-call.ts'

const longest = 2_000

/**
 * A `$filter` of equalities joined by `and`, and of functions such as `atScope()`: names in lower case, without their quotes.
 *
 * @throws ArmError 400 for anything else: a filter that is passed over would show more than was asked for
 */
export function readFilter(text: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (text === undefined || text.trim() === '') return found
  if (text.length > longest) throw unreadable()
  for (const term of text.split(/ and /i)) {
    const [, name, value] = /^ ?([A-Za-z]{1,40}) eq '([^']{0,300})' ?$/.exec(term) ?? []
    const [, call, argument = ''] = /^ ?([A-Za-z]{1,40})\((?:'([^']{0,300})')?\) ?$/.exec(term) ?? []
    if (name !== undefined && value !== undefined) found.set(name.toLowerCase(), value)
    else if (call !== undefined) found.set(`${call.toLowerCase()}()`, argument)
    else throw unreadable()
  }
  return found
}

/** @throws ArmError 400 when the filter has a term that the list does not know */
export function requireTerms(filter: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of filter.keys()) if (!known.includes(name)) throw unreadable()
}

function unreadable(): ArmError {
  return new ArmError(400, 'InvalidFilterInQueryString', 'The $filter cannot be read, or not at this list.')
}
