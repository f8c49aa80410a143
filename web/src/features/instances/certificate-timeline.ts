import type { CredentialSummary } from '@signet/shared/api/principals'
import { credentialWords } from '../../api/words.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import type { TimelineItem } from '../../ui/timeline-layout.ts'

/** Until when the authority accepts a certificate: revocation and the end of an overlap come before its own end. */
function acceptedUntil(credential: CredentialSummary): number {
  const ends = [credential.notAfter, credential.usableUntil, credential.revokedAt].filter((end) => end !== null)
  return Math.max(credential.notBefore, Math.min(...ends))
}

/** Not-before lies a little in the past, for clocks that go wrong; people mean the time of issue. */
function begin(credential: CredentialSummary): number {
  return Math.max(credential.notBefore, Math.min(credential.issuedAt, credential.notAfter))
}

export function timelineItem(credential: CredentialSummary): TimelineItem {
  return {
    id: credential.id,
    label: credential.thumbprint.slice(0, 8),
    kind: credential.state,
    from: begin(credential),
    until: Math.max(begin(credential), acceptedUntil(credential)),
    validUntil: credential.notAfter,
  }
}

/** The full sentence that names a bar. */
export function certificateSentence(credential: CredentialSummary): string {
  const state = credentialWords[credential.state].word.toLowerCase()
  const accepted = `accepted from ${absoluteTime(begin(credential))} until ${absoluteTime(acceptedUntil(credential))}`
  return `Certificate ${credential.thumbprint.slice(0, 8)}, ${state}, ${accepted}`
}
