/** What a browser says of itself, in the order in which the names hide in one another. */
const browsers: readonly [mark: string, name: string][] = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
]
const systems: readonly [mark: string, name: string][] = [
  ['Windows', 'Windows'],
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Macintosh', 'macOS'],
  ['Linux', 'Linux'],
]

/** A user agent as people would say it, such as `Firefox on Linux`; undefined for one that is not known. */
export function browserWords(userAgent: string): string | undefined {
  const [browser, system] = [browsers, systems].map((names) => names.find(([mark]) => userAgent.includes(mark))?.[1])
  if (browser === undefined) return undefined
  return system === undefined ? browser : `${browser} on ${system}`
}
