export type Cell = string | number | null

/**
 * One line of RFC 4180, ended; cells that a spreadsheet would take for a formula get a quote in front (SEC-26), and
 * characters that begin a line, turn text round or command a terminal are written as `\u001b` (SEC-135).
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const commanding = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function csvCell(value: Cell): string {
  const text = value === null ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  const shown = safe.replaceAll(commanding, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
