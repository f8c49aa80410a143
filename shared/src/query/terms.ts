/**
 * The filter language of every list: the same text in the box, the address and the API (`filter`).
 *
 * `field:value`, `-field:value`, `field:a,b`, `field:>7d`, `field:<2026-12-01`, `tag:env=prod`, `"quoted text"`; bare
 * words search. A value that ends in `*` matches what begins with it. Terms are joined by *and*, values of one term by *or*.
 */
export type Term = TextTerm | FieldTerm

export interface TextTerm {
  readonly kind: 'text'
  readonly text: string
  readonly negated: boolean
}

export interface FieldTerm {
  readonly kind: 'field'
  readonly field: string
  readonly operator: Operator
  /** At least one; exactly one unless `operator` is `is`. */
  readonly values: readonly string[]
  readonly negated: boolean
}

export type Operator = 'is' | 'above' | 'below'
