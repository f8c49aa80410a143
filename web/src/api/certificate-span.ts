import type { CredentialSummary } from '@signet/shared/api/principals'
import { credentialWords, type Word } from './words.ts'

/** Until when the authority accepts a certificate: revocation and the end of an overlap come before its own end. */
function acceptedUntil(credential: CredentialSummary): number {
  const ends = [credential.notAfter, credential.usableUntil, credential.revokedAt].filter((end) => end !== null)
  return Math.max(credential.notBefore, Math.min(...ends))
}

/** Not-before lies a little in the past, for clocks that go wrong; people mean the time of issue. */
function begin(credential: CredentialSummary): number {
  return Math.max(credential.notBefore, Math.min(credential.issuedAt, credential.notAfter))
}

/** A certificate as a bar of a timeline. */
export function timelineItem(credential: CredentialSummary) {
  return {
    id: credential.id,
    label: credential.thumbprint.slice(0, 8),
    kind: credential.state,
    from: begin(credential),
    until: Math.max(begin(credential), acceptedUntil(credential)),
    validUntil: credential.notAfter,
  }
}

/** What a certificate is by its state; once its validity is over that is what counts. */
export function certificateWord(credential: Pick<CredentialSummary, 'state' | 'notAfter'>, now: number): Word {
  const isOver = credential.state === 'retired' || credential.state === 'revoked'
  if (!isOver && credential.notAfter <= now) return { word: 'Expired', tone: 'bad' }
  return credentialWords[credential.state]
}

/** The full sentence that names the bar. */
export function certificateSentence(
  credential: CredentialSummary,
  timeWords: (at: number) => string,
  now: number,
): string {
  const state = certificateWord(credential, now).word.toLowerCase()
  const accepted = `accepted from ${timeWords(begin(credential))} until ${timeWords(acceptedUntil(credential))}`
  return `Certificate ${credential.thumbprint.slice(0, 8)}, ${state}, ${accepted}`
}
