import type { TokenEvidence } from '@signet/shared/api/evidence'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { certificateFacts } from '../../api/certificate-facts.ts'
import { certificateWord } from '../../api/certificate-span.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { codeWords, credentialWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { FactList } from '../../ui/fact-list.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useNow } from '../../ui/now.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { tokenOptions } from './evidence-queries.ts'

const page = getRouteApi('/signed-in/tokens/issued/$uti')

/**
 * One token, the certificate that minted it, and the key it is signed with.
 *
 * @param props.revoke takes a token back that is out
 */
export function TokenEvidencePage({ revoke }: { revoke: (uti: string) => ReactNode }) {
  const { uti } = page.useParams()
  const query = useQuery(tokenOptions(uti))
  useTitle('Token', 'Evidence')
  return (
    <>
      <PageHeader
        back={<Link to="/rotations/evidence">Evidence</Link>}
        title="Evidence of a token"
        lead={<Copyable value={uti} label="token ID (uti)" />}
      />
      <Loadable state={loadStateOf(query)}>{(evidence) => <Evidence evidence={evidence} revoke={revoke} />}</Loadable>
    </>
  )
}

interface EvidenceProps {
  evidence: TokenEvidence
  revoke: (uti: string) => ReactNode
}

function Evidence({ evidence, revoke }: EvidenceProps) {
  const now = useNow('slow')
  const { credential, wasAccepted, uti, request } = evidence
  const isOut = request.outcome === 'ok' && request.expiresAt !== null && request.expiresAt > now
  return (
    <>
      <Verdict evidence={evidence} />
      <Card title="Token" actions={isOut ? revoke(uti) : undefined}>
        <Request evidence={evidence} />
      </Card>
      {credential !== null && (
        <Card title="Certificate that minted it" actions={<StatusBadge {...certificateWord(credential, now)} />}>
          {wasAccepted === false && <p className="warn">By the times on record it was not accepted at that moment.</p>}
          <FactList facts={certificateFacts(credential)} />
        </Card>
      )}
    </>
  )
}

function Verdict({ evidence: { request, credential, wasAccepted } }: { evidence: TokenEvidence }) {
  if (request.outcome !== 'ok') {
    return (
      <Notice tone="warn" title="No token was given out">
        <p>{codeWords(request.outcome)}</p>
      </Notice>
    )
  }
  if (credential === null) {
    return (
      <Notice tone="info" title="No certificate of Signet’s minted it">
        <p>
          {request.x5tS256 === null
            ? 'A client secret or the token of another issuer proved who asked.'
            : 'The certificate with that thumbprint is not on record any more.'}
        </p>
      </Notice>
    )
  }
  return wasAccepted ? (
    <Notice tone="ok" title="Minted with a certificate that was accepted at that moment" />
  ) : (
    <Notice tone="bad" title="Minted with a certificate that was not accepted by the times on record" />
  )
}

function Request({ evidence: { request, identity, signingKey } }: { evidence: TokenEvidence }) {
  return (
    <Facts>
      <Fact name="Issued">
        <ExactTime at={request.at} precision="millisecond" relative />
      </Fact>
      <Fact name="Expires">
        {request.expiresAt === null ? <None /> : <ExactTime at={request.expiresAt} relative />}
      </Fact>
      <Fact name="Audience">
        <Untrusted text={request.audience} />
      </Fact>
      <Fact name="Identity">
        {identity === null ? (
          <span className="muted">Deleted for good</span>
        ) : (
          <Link to="/go/$" params={{ _splat: identity.principalId }}>
            <Untrusted text={identity.name} />
          </Link>
        )}
      </Fact>
      <Fact name="Request ID">
        <Copyable value={request.correlationId} label="request ID" />
      </Fact>
      <Fact name="Address of the client">{request.ip === null ? <None /> : <Untrusted text={request.ip} />}</Fact>
      <Fact name="Signing key">
        {request.kid === null ? <None /> : <Copyable value={request.kid} label="key ID (kid)" />}
        {signingKey !== null && <> {credentialWords[signingKey.state].word}</>}
      </Fact>
    </Facts>
  )
}
