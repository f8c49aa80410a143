/** A value between single quotes, so that a POSIX shell takes it as it is. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** The same, but plain paths and addresses stay bare. */
export function shellWord(value: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(value) ? value : shellQuoted(value)
}
