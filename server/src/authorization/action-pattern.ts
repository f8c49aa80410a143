import { SignetError } from '../platform/signet-error.ts'

// `userAssignedIdentities/*/read` of the built-in roles reads identities, whose action is `userAssignedIdentities/read`.

/** A pattern of actions: `*` stands for any text; between two slashes it stands for nothing as well, slash included. */
export interface ActionPattern {
  readonly text: string
  /** Every way to read it, lower case, in which `*` stands for any text and nothing else. */
  readonly globs: readonly string[]
}

const allowed = /^[A-Za-z0-9_.*/-]{1,300}$/
/** Each doubles the ways to read a pattern. */
const mostBetweenSlashes = 4
/** Stands for a wildcard of the narrower pattern; only a wildcard of the wider one takes it. */
const anything = '\u0000'

/** @throws SignetError `invalid_request` */
export function parsePattern(text: string): ActionPattern {
  if (!allowed.test(text)) {
    throw new SignetError('invalid_request', 'An action has letters, digits and * . _ - / alone, at most 300 of them.')
  }
  let globs = ['']
  const parts = text.toLowerCase().split('/*/')
  if (parts.length > mostBetweenSlashes + 1) {
    throw new SignetError('invalid_request', `An action has at most ${mostBetweenSlashes} wildcards between slashes.`)
  }
  for (const [index, part] of parts.entries()) {
    globs = index === 0 ? [part] : globs.flatMap((before) => [`${before}/${part}`, `${before}/*/${part}`])
  }
  return { text, globs }
}

/** @param action lower case */
export function matches(pattern: ActionPattern, action: string): boolean {
  return pattern.globs.some((glob) => matchesGlob(glob, action))
}

/** Whether every action that `narrow` stands for is one of `wide`. May say no to what only a union of readings covers. */
export function covers(wide: ActionPattern, narrow: ActionPattern): boolean {
  return narrow.globs.every((glob) => matches(wide, glob.replaceAll('*', anything)))
}

/** Whether no action is of both; says so only when it is certain. */
export function areApart(one: ActionPattern, other: ActionPattern): boolean {
  return one.globs.every((left) => other.globs.every((right) => globsApart(left, right)))
}

function globsApart(one: string, other: string): boolean {
  const [left, right] = [endsOf(one), endsOf(other)]
  if (left.isWhole && right.isWhole) return one !== other
  const startsApart = !(left.start.startsWith(right.start) || right.start.startsWith(left.start))
  const endsApart = !(left.end.endsWith(right.end) || right.end.endsWith(left.end))
  return startsApart || endsApart
}

function endsOf(glob: string): { start: string; end: string; isWhole: boolean } {
  const first = glob.indexOf('*')
  if (first === -1) return { start: glob, end: glob, isWhole: true }
  return { start: glob.slice(0, first), end: glob.slice(glob.lastIndexOf('*') + 1), isWhole: false }
}

/** By two places and one way back, so that no pattern takes more than the product of both lengths (SEC-155). */
function matchesGlob(glob: string, text: string): boolean {
  let [at, from] = [0, 0]
  let star = -1
  let starredTo = 0
  while (at < text.length) {
    if (from < glob.length && glob[from] === '*') {
      star = from
      from += 1
      starredTo = at
    } else if (from < glob.length && glob[from] === text[at]) {
      from += 1
      at += 1
    } else if (star !== -1) {
      starredTo += 1
      at = starredTo
      from = star + 1
    } else return false
  }
  while (glob[from] === '*') from += 1
  return from === glob.length
}
