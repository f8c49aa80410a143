/** A foreign word made safe to repeat in a message: short, and of printable ASCII only. */
export function printable(text: string): string {
  return text.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')
}
