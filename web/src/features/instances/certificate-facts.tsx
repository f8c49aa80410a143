import type { CredentialRecord } from '@signet/shared/api/evidence'
import { Link } from '@tanstack/react-router'
import { keyAlgorithmName, keyLocationWords, runWords, triggerWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
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
  const { issuer, acknowledgement, run } = credential
  return (
    <Facts>
      <Fact name="SHA-1 thumbprint">
        <Copyable value={credential.thumbprint} label="SHA-1 thumbprint" />
      </Fact>
      <Fact name="SHA-256 thumbprint">
        <Copyable value={credential.x5tS256} label="SHA-256 thumbprint" />
      </Fact>
      <Fact name="Serial number">
        <Copyable value={credential.serial} label="serial number" />
      </Fact>
      <Fact name="Key">
        {keyAlgorithmName(credential.keyAlgorithm)} · {keyLocationWords[credential.keyLocation]}
      </Fact>
      <Fact name="Issued by">
        {issuer === null ? (
          'Registered, not issued by Signet'
        ) : (
          <>
            {issuer.subject}, serial <Copyable value={issuer.serial} label="serial number of the CA" short={8} />
          </>
        )}
      </Fact>
      <Fact name="Cause">
        <CertificateCause credential={credential} />
      </Fact>
      <Times credential={credential} />
      <Fact name="Acknowledged">
        {acknowledgement === null ? (
          <None />
        ) : (
          <>
            <ExactTime at={acknowledgement.at} precision="millisecond" /> by{' '}
            <Untrusted text={acknowledgement.agentName} />
            {acknowledgement.agentVersion !== null && ` ${acknowledgement.agentVersion}`}
          </>
        )}
      </Fact>
      {credential.revokeReason !== null && (
        <Fact name="Why it was revoked">
          <Untrusted text={credential.revokeReason} />
        </Fact>
      )}
      {run !== null && (
        <Fact name="Rotation">
          {runWords[run.state].word}
          {run.attempts > 0 && ` · ${run.attempts} ${run.attempts === 1 ? 'attempt' : 'attempts'}`}
          {run.errorCode !== null && ` · ${run.errorCode}`}
        </Fact>
      )}
      <Fact name="Certificate, without its key">
        <PemButton principalId={credential.principalId} credential={credential} />
      </Fact>
    </Facts>
  )
}

function Times({ credential }: { credential: CredentialRecord }) {
  const times = [
    ['Issued', credential.issuedAt],
    ['Not before', credential.notBefore],
    ['Not after', credential.notAfter],
    ['Delivered', credential.deliveredAt],
    ['In use since', credential.activatedAt],
    ['First use', credential.firstUsedAt],
    ['Last use', credential.lastUsedAt],
    ['Superseded', credential.supersededAt],
    ['Accepted until', credential.usableUntil],
    ['Retired', credential.retiredAt],
    ['Revoked', credential.revokedAt],
  ] as const
  return times.map(([name, at]) =>
    at === null ? null : (
      <Fact key={name} name={name}>
        <ExactTime at={at} precision="millisecond" relative />
      </Fact>
    ),
  )
}
