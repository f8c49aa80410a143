import type { CredentialRecord } from '@signet/shared/api/evidence'
import { certificateFacts } from '../../api/certificate-facts.ts'
import { certificateWord } from '../../api/certificate-span.ts'
import { Card } from '../../ui/card.tsx'
import { FactList } from '../../ui/fact-list.tsx'
import { useNow } from '../../ui/now.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'

/** One of the two certificates of a rotation. */
export function CertificateCard(props: { title: string; credential: CredentialRecord | null; none: string }) {
  const { title, credential, none } = props
  const now = useNow('slow')
  if (credential === null) {
    return (
      <Card title={title}>
        <p className="muted">{none}</p>
      </Card>
    )
  }
  return (
    <Card title={title} actions={<StatusBadge {...certificateWord(credential, now)} />}>
      <FactList facts={certificateFacts(credential, title.toLowerCase())} />
    </Card>
  )
}
