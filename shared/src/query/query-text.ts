import type { Term } from './terms.ts'

/** The one spelling of a filter; parsing it gives the same terms again. */
export function formatQuery(terms: readonly Term[]): string {
  return terms.map(formatTerm).join(' ')
}

export function formatTerm(term: Term): string {
  const sign = term.negated ? '-' : ''
  if (term.kind === 'text') return sign + quoted(term.text, true)
  const mark = { is: '', above: '>', below: '<' }[term.operator]
  return `${sign}${term.field}:${mark}${term.values.map((value) => quoted(value, false)).join(',')}`
}

/** The filter for what has one of the values in a field. */
export function fieldIs(field: string, ...values: readonly string[]): string {
  return formatTerm({ kind: 'field', field, operator: 'is', values, negated: false })
}

/** The filter for what has the text in its name or IDs, whatever is in the text. */
export function bareText(text: string): string {
  return text === '' ? '' : formatTerm({ kind: 'text', text, negated: false })
}

/** @param isText bare text may hold commas, but must not look like a field or a negation */
function quoted(value: string, isText: boolean): string {
  const plain = isText ? /^(?![-"])[^\s"\\:<>]+$/ : /^[^\s",\\<>][^\s",\\]*$/
  return plain.test(value) ? value : `"${value.replaceAll(/["\\]/g, (mark) => `\\${mark}`)}"`
}
