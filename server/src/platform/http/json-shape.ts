const deepestNesting = 32
const mostMembers = 1_000
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * What the value of a JSON text no longer shows, or what is better known before it is used: names given twice, too many
 * members in one object, nesting, and names that mean something to the language (SEC-152).
 *
 * @param text JSON that `JSON.parse` accepted: its grammar is not checked again
 * @returns what is wrong with it, to follow "The JSON body"
 */
export function jsonFault(text: string): string | undefined {
  /** One entry for each open bracket: the names of an object so far, or null for an array. */
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '{' || character === '[') {
      if (open.length >= deepestNesting) return 'is nested too deeply'
      open.push(character === '{' ? new Set() : null)
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names && isFollowedByColon(text, end)) {
        const fault = nameFault(names, text.slice(at, end))
        if (fault) return fault
      }
      at = end - 1
    }
  }
  return undefined
}

/** @param literal the name with its quotes, escapes and all: one name has many spellings */
function nameFault(names: Set<string>, literal: string): string | undefined {
  const name = String(JSON.parse(literal))
  if (forbiddenNames.has(name)) return 'has a member with a forbidden name'
  if (names.has(name)) return 'has two members of the same name'
  if (names.size >= mostMembers) return `has an object of more than ${mostMembers} members`
  names.add(name)
  return undefined
}

/** @param start of the opening quote. @returns the position after the closing one */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return text[at] === ':'
}
