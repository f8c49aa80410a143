/**
 * Characters that can make text look like other text: C0 and C1 controls, bidirectional controls, zero-width and other
 * invisible formatting, line separators, tags and unpaired surrogates (SEC-25).
 */
const deceptive =
  /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

/** The same text with every deceptive character spelt out, such as `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  return text.replace(deceptive, (character) => {
    const codePoint = character.codePointAt(0) ?? 0
    return `⟨U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

/** As `visibleText`, for text of several lines: line ends and tabs stay what they are. */
export function visibleLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((part, index) => (index % 2 === 0 ? visibleText(part) : part))
    .join('')
}
