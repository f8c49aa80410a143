import { closestTo } from './closest.ts'
import { type FieldSpec, faultOfValue } from './fields.ts'
import { formatTerm } from './query-text.ts'
import type { FieldTerm, Operator, Term } from './terms.ts'

/** What is wrong with a stretch of the text; `from` and `to` are UTF-16 offsets. */
export interface QueryFault {
  readonly from: number
  readonly to: number
  readonly message: string
  /** What was probably meant, to put in the place of the stretch. */
  readonly suggestion?: string
}

/** One stretch of the text: a term, or what is wrong with it. */
export interface QueryPart {
  readonly from: number
  readonly to: number
  /** As it was written. */
  readonly text: string
  readonly term?: Term
  readonly fault?: QueryFault
}

export interface ParsedQuery {
  readonly terms: readonly Term[]
  readonly faults: readonly QueryFault[]
  /** Terms and faults together, in the order of the text. */
  readonly parts: readonly QueryPart[]
}

export const longestQuery = 1_000
const mostTerms = 30

/** Reads a filter against the fields a list has. Never throws; what cannot be understood is a fault with its place. */
export function parseQuery(text: string, fields: readonly FieldSpec[]): ParsedQuery {
  if (text.length > longestQuery) {
    return parsedOf([faultAt(text, 0, text.length, `A filter has at most ${longestQuery} characters.`)])
  }
  const tokens = tokensOf(text)
  const parts: QueryPart[] = []
  for (const token of tokens.slice(0, mostTerms)) {
    const { from, to } = token
    const read = termOf(token, fields)
    parts.push({ from, to, text: text.slice(from, to), ...('message' in read ? { fault: read } : { term: read }) })
  }
  const surplus = tokens[mostTerms]
  if (surplus) parts.push(faultAt(text, surplus.from, text.length, `A filter has at most ${mostTerms} terms.`))
  return parsedOf(parts)
}

function parsedOf(parts: readonly QueryPart[]): ParsedQuery {
  return {
    terms: parts.flatMap(({ term }) => term ?? []),
    faults: parts.flatMap(({ fault }) => fault ?? []),
    parts,
  }
}

function faultAt(text: string, from: number, to: number, message: string): QueryPart {
  return { from, to, text: text.slice(from, to), fault: { from, to, message } }
}

interface Token {
  readonly from: number
  readonly to: number
  readonly negated: boolean
  /** Before the colon; undefined for bare text. */
  readonly field: string | undefined
  readonly operator: Operator
  readonly values: readonly string[]
  readonly isOpenQuote: boolean
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    while (at < text.length && isSpace(text[at])) at += 1
    if (at >= text.length) return tokens
    const token = new TokenReader(text, at).read()
    tokens.push(token)
    at = token.to
  }
}

const fieldPattern = /[A-Za-z][A-Za-z-]*(?=[:<>])/y

class TokenReader {
  readonly #text: string
  readonly #from: number
  #at: number
  #isOpenQuote = false

  constructor(text: string, from: number) {
    this.#text = text
    this.#from = from
    this.#at = from
  }

  read(): Token {
    const negated =
      this.#text[this.#at] === '-' && !isSpace(this.#text[this.#at + 1]) && this.#at + 1 < this.#text.length
    if (negated) this.#at += 1
    const field = this.#field()
    const operator = field === undefined ? 'is' : this.#operator()
    const values = [this.#value(field !== undefined)]
    while (field !== undefined && this.#text[this.#at] === ',') {
      this.#at += 1
      values.push(this.#value(true))
    }
    return {
      ...{ from: this.#from, to: this.#at, negated, field, operator },
      ...{ values, isOpenQuote: this.#isOpenQuote },
    }
  }

  #field(): string | undefined {
    fieldPattern.lastIndex = this.#at
    const name = fieldPattern.exec(this.#text)?.[0]
    if (name === undefined) return undefined
    this.#at += name.length
    if (this.#text[this.#at] === ':') this.#at += 1
    return name.toLowerCase()
  }

  #operator(): Operator {
    const mark = this.#text[this.#at]
    if (mark !== '>' && mark !== '<') return 'is'
    this.#at += 1
    return mark === '>' ? 'above' : 'below'
  }

  /** One value: quoted stretches and bare ones in any mixture, up to a space, or a comma where several are allowed. */
  #value(endsAtComma: boolean): string {
    let value = ''
    while (this.#at < this.#text.length) {
      const next = this.#text[this.#at] ?? ''
      if (isSpace(next) || (endsAtComma && next === ',')) break
      this.#at += 1
      value += next === '"' ? this.#quoted() : next
    }
    return value
  }

  #quoted(): string {
    let value = ''
    while (this.#at < this.#text.length) {
      const next = this.#text[this.#at] ?? ''
      this.#at += 1
      if (next === '"') return value
      if (next === '\\' && this.#at < this.#text.length) {
        value += this.#text[this.#at]
        this.#at += 1
      } else {
        value += next
      }
    }
    this.#isOpenQuote = true
    return value
  }
}

function termOf(token: Token, fields: readonly FieldSpec[]): Term | QueryFault {
  const { from, to, negated, operator } = token
  if (token.isOpenQuote) return { from, to, message: 'A quotation mark is not closed.' }
  if (token.values.some(hasControl)) return { from, to, message: 'A filter has no control characters.' }
  if (token.field === undefined) return { kind: 'text', text: token.values[0] ?? '', negated }
  const name = token.field
  const spec = fields.find((each) => each.name === name)
  if (!spec) return unknownField(token, name, fields)
  if (token.values.includes('')) return { from, to, message: `${name}: needs a value.` }
  if (operator !== 'is' && token.values.length > 1)
    return { from, to, message: `${name} takes one value after > or <.` }
  const term: FieldTerm = { kind: 'field', field: name, operator, values: token.values.map(canonicalOf(spec)), negated }
  for (const value of term.values) {
    const fault = faultOfValue(spec, operator, value)
    if (fault) return { from, to, message: fault.message, ...withSuggestion(term, value, fault.suggestion) }
  }
  return term
}

function unknownField(token: Token, name: string, fields: readonly FieldSpec[]): QueryFault {
  const closest = closestTo(
    name,
    fields.map((each) => each.name),
  )
  return {
    from: token.from,
    to: token.to,
    message: `There is no field "${name}" here.`,
    ...(closest !== undefined && {
      suggestion: formatTerm({ ...token, kind: 'field', field: closest }),
    }),
  }
}

function withSuggestion(term: FieldTerm, value: string, better: string | undefined): { suggestion?: string } {
  if (better === undefined) return {}
  return { suggestion: formatTerm({ ...term, values: term.values.map((each) => (each === value ? better : each)) }) }
}

function canonicalOf(spec: FieldSpec): (value: string) => string {
  return spec.kind === 'choice' || spec.kind === 'flag' ? (value) => value.toLowerCase() : (value) => value
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r' || character === '\u00a0'
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  return /[\u0000-\u001f\u007f]/.test(value)
}
