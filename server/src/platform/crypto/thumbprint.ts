import { createHash } from 'node:crypto'

/** SHA-1 of a certificate's DER, base64url without padding: the `x5t` of RFC 7515 §4.1.7, also our `kid`. */
export function x5t(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('base64url')
}

/** SHA-1 of a certificate's DER, upper-case hexadecimal, as consoles show it. */
export function thumbprintHex(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase()
}

/** SHA-256, base64url without padding: `x5t#S256` of a certificate, or the name of a public key when given SPKI. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('base64url')
}

/** Recognises a token in logs and records without giving it away (SEC-172). */
export function tokenFingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 8)
}
