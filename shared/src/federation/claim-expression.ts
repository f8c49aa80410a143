/** One condition of an expression: a claim that is a string equals a value, or matches a pattern with `*` and `?`. */
export interface ClaimTerm {
  readonly claim: string
  readonly operator: 'eq' | 'matches'
  readonly value: string
}

const mostTerms = 10
/** A claim that is longer than this matches nothing, so that the work of a match is bounded. */
const longestClaim = 2_000
const term = /^claims\['((?:[^'\p{Cc}]|''){1,100})'\] +(eq|matches) +'((?:[^'\p{Cc}]|''){1,500})'/u
const joint = /^ +and +/

/**
 * Reads `claims['sub'] matches 'repo:contoso/*' and claims['environment'] eq 'prod'`; a quote inside quotes is written
 * twice. All terms must hold.
 *
 * @returns the terms, or why it cannot be read and from which character on
 */
export function parseClaimExpression(text: string): readonly ClaimTerm[] | { fault: string; at: number } {
  const terms: ClaimTerm[] = []
  let rest = text.trimEnd()
  const at = () => text.trimEnd().length - rest.length
  for (;;) {
    const [whole, claim, operator, value] = term.exec(rest) ?? []
    if (whole === undefined || claim === undefined || value === undefined) {
      return { fault: "here claims['name'], eq or matches, and a value in single quotes are wanted", at: at() }
    }
    terms.push({ claim: plain(claim), operator: operator === 'eq' ? 'eq' : 'matches', value: plain(value) })
    rest = rest.slice(whole.length)
    if (rest === '') return terms
    if (terms.length === mostTerms) return { fault: `an expression has at most ${mostTerms} terms`, at: at() }
    const [and] = joint.exec(rest) ?? []
    if (and === undefined) return { fault: 'here `and` or the end is wanted', at: at() }
    rest = rest.slice(and.length)
  }
}

export function claimsMeet(terms: readonly ClaimTerm[], claims: Readonly<Record<string, unknown>>): boolean {
  return terms.every(({ claim, operator, value }) => {
    const given = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (typeof given !== 'string' || given.length > longestClaim) return false
    return operator === 'eq' ? given === value : matchesPattern(value, given)
  })
}

/** `*` stands for any characters or none, `?` for one. Walks back to the last `*` only, so no pattern takes long. */
export function matchesPattern(pattern: string, text: string): boolean {
  let inPattern = 0
  let inText = 0
  let star = -1
  let resume = 0
  while (inText < text.length) {
    const mark = pattern[inPattern]
    if (mark === '*') {
      star = inPattern
      resume = inText
      inPattern += 1
    } else if (mark !== undefined && (mark === '?' || mark === text[inText])) {
      inPattern += 1
      inText += 1
    } else if (star >= 0) {
      resume += 1
      inText = resume
      inPattern = star + 1
    } else return false
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}

function plain(quoted: string): string {
  return quoted.replaceAll("''", "'")
}
