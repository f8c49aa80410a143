const start = '/'

/**
 * Where to go after sign-in: a path of this dashboard, or the start page. What was asked for comes from the address
 * and may have been made up by somebody else (SEC-23).
 *
 * @param isPage whether a path is in the route table
 */
export function returnPath(asked: string | undefined, origin: string, isPage: (pathname: string) => boolean): string {
  // A backslash or a second slash would make the browser read a host name.
  if (asked === undefined || !/^\/(?![/\\])/.test(asked)) return start
  const url = URL.parse(asked, origin)
  if (url === null || url.origin !== origin || url.pathname.startsWith('/sign-in') || !isPage(url.pathname))
    return start
  return `${url.pathname}${url.search}`
}

/** The one-time code of a link such as `/sign-in#code=XXXX`; the `#` may be there or not. */
export function codeOf(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('code')?.trim()
  return code === '' || code === undefined ? undefined : code
}
