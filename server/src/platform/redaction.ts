import { tokenFingerprint } from './crypto/thumbprint.ts'

/** Three parts of base64url, the first of which begins a JSON object: a token or an assertion, wherever it stands. */
const jwt = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g
const secretParameter = /\b(client_assertion|client_secret|access_token|refresh_token|assertion|code)=[^&\s]+/g
const secretHeader = /^(authorization|x-identity-header|secret|cookie|set-cookie|proxy-authorization):.*$/gim

/**
 * A text about a request without what must not be shown: tokens become their fingerprint (SEC-172), secrets the word
 * `[redacted]` (SEC-171). Applied where the text is made, and once more by whoever keeps it.
 *
 * @param longest cuts to so many characters; the words that are put in can make a text longer than it was
 */
export function redact(text: string, longest = Number.POSITIVE_INFINITY): string {
  return text
    .replace(jwt, (token) => `[redacted token ${tokenFingerprint(token)}]`)
    .replace(secretHeader, '$1: [redacted]')
    .replace(secretParameter, (whole, name: string) => (whole.includes('[redacted') ? whole : `${name}=[redacted]`))
    .slice(0, longest)
}
