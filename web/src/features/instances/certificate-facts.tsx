import type { CredentialRecord } from '@signet/shared/api/evidence'
import { Link } from '@tanstack/react-router'
import { certificateFacts } from '../../api/certificate-facts.ts'
import { triggerWords } from '../../api/words.ts'
import { FactList } from '../../ui/fact-list.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { PemButton } from './pem-button.tsx'

/** Why a certificate was issued and at whose wish; leads to the rotation that brought it. */
export function CertificateCause({ credential: { cause, actor, run } }: { credential: CredentialRecord }) {
  const word = cause === null ? 'Registered' : triggerWords[cause]
  return (
    <span className="nowrap">
      {run === null ? (
        word
      ) : (
        <Link to="/rotations/$runId" params={{ runId: run.id }}>
          {word}
        </Link>
      )}
      {actor.kind !== 'system' && (
        <>
          {' '}
          <Untrusted text={actor.label} className="muted" />
        </>
      )}
    </span>
  )
}

/** Everything there is to know about one certificate. */
export function CertificateDetail({ credential }: { credential: CredentialRecord }) {
  return (
    <>
      <FactList facts={certificateFacts(credential)} />
      <PemButton principalId={credential.principalId} credential={credential} />
    </>
  )
}
