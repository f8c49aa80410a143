import type { CredentialSummary } from '@signet/shared/api/principals'
import { certificateWord } from '../../api/certificate-span.ts'
import { keyAlgorithmName, keyLocationWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { useNow } from '../../ui/now.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'

/** One of the two certificates of a rotation. */
export function CertificateCard(props: { title: string; credential: CredentialSummary | null; none: string }) {
  const { title, credential, none } = props
  const now = useNow('slow')
  if (credential === null) {
    return (
      <Card title={title}>
        <p className="muted">{none}</p>
      </Card>
    )
  }
  const times = [
    ['Issued', credential.issuedAt],
    ['In use since', credential.activatedAt],
    ['Not after', credential.notAfter],
    ['Accepted until', credential.usableUntil],
    ['Revoked', credential.revokedAt],
    ['First use', credential.firstUsedAt],
    ['Last use', credential.lastUsedAt],
  ] as const
  return (
    <Card title={title} actions={<StatusBadge {...certificateWord(credential, now)} />}>
      <Facts>
        <Fact name="SHA-1 thumbprint">
          <Copyable value={credential.thumbprint} label={`SHA-1 thumbprint, ${title.toLowerCase()}`} />
        </Fact>
        <Fact name="SHA-256 thumbprint">
          <Copyable value={credential.x5tS256} label={`SHA-256 thumbprint, ${title.toLowerCase()}`} />
        </Fact>
        <Fact name="Serial number">
          <Copyable value={credential.serial} label={`serial number, ${title.toLowerCase()}`} />
        </Fact>
        <Fact name="Key">
          {keyAlgorithmName(credential.keyAlgorithm)} · {keyLocationWords[credential.keyLocation]}
        </Fact>
        {times.map(([name, at]) => (
          <Fact key={name} name={name}>
            {at === null ? <None /> : <ExactTime at={at} precision="millisecond" />}
          </Fact>
        ))}
      </Facts>
    </Card>
  )
}
