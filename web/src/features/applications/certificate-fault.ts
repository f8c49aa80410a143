const longest = 16_384

/** What is wrong with a pasted certificate; undefined when it is worth sending. A private key is never sent anywhere. */
export function certificateFault(text: string): string | undefined {
  const pasted = text.trim()
  if (pasted === '') return 'Paste the certificate.'
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pasted)) {
    return 'This holds a private key. Paste the certificate alone; the key stays with the application.'
  }
  if (pasted.length > longest) return 'This is longer than any certificate.'
  const count = pasted.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0
  if (count > 1) return 'These are several certificates. Paste the one that the application signs with.'
  const isBase64 = /^[A-Za-z0-9+/\s]+={0,2}$/.test(pasted)
  return count === 1 || isBase64 ? undefined : 'This is neither PEM nor base64.'
}
