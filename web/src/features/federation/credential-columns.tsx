import type { FederatedCredential } from '@signet/shared/api/federation'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { keysWords, matchWords } from './federation-words.ts'
import { RemoveRuleDialog } from './remove-rule-dialog.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { Warnings } from './warnings.tsx'

export const credentialColumns = columnsOf<FederatedCredential>([
  { id: 'name', header: 'Name', cell: ({ name }) => <Untrusted text={name} /> },
  { id: 'issuer', header: 'Issuer', cell: ({ issuer }) => <Untrusted text={issuer} className="mono" /> },
  {
    id: 'subject',
    header: 'Subject',
    cell: ({ match, subject }) => (
      <>
        <span className="muted">{matchWords[match]}</span> <Untrusted text={subject} className="mono" />
      </>
    ),
  },
  { id: 'keys', header: 'Keys', cell: (row) => <span className="nowrap">{keysWords(row)}</span> },
  {
    id: 'scope',
    header: 'Trusts',
    cell: ({ warnings }) =>
      warnings.length === 0 ? (
        <StatusBadge tone="ok" word="What it names" />
      ) : (
        <StatusBadge tone="warn" word="Perhaps too much" title={warnings.join(' ')} />
      ),
  },
  {
    id: 'used',
    header: 'Last used',
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? <span className="muted">Never</span> : <RelativeTime at={lastUsedAt} />,
  },
])

interface CredentialDetailProps {
  credential: FederatedCredential
  /** Why it cannot be changed. */
  refusal: string | undefined
}

/** All of one federated credential, and what can be done with it. */
export function CredentialDetail({ credential, refusal }: CredentialDetailProps) {
  const [asking, setAsking] = useState<'change' | 'remove'>()
  const close = () => setAsking(undefined)
  const { warnings, keys } = credential
  return (
    <div className="stack">
      {warnings.length > 0 && <Warnings warnings={warnings} title="It trusts more than it probably should" />}
      <Facts>
        <Fact name="Issuer">
          <Copyable value={credential.issuer} label="issuer" />
        </Fact>
        <Fact name={`Subject ${matchWords[credential.match]}`}>
          <Copyable value={credential.subject} label="subject" />
        </Fact>
        <Fact name="Audiences">
          <ul>
            {credential.audiences.map((audience) => (
              <li key={audience}>
                <Copyable value={audience} label="audience" />
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name="Keys">{keysWords(credential)}</Fact>
        <Fact name="Created">
          <ExactTime at={credential.createdAt} relative />
        </Fact>
      </Facts>
      {keys.source === 'pinned' && <CodeBlock code={JSON.stringify(keys.jwks, null, 2)} label="pinned key set" />}
      <div className="row">
        <Button
          small
          icon={<Pencil size={14} aria-hidden />}
          disabledReason={refusal}
          onClick={() => setAsking('change')}
        >
          Change
        </Button>
        <Button
          small
          icon={<Trash2 size={14} aria-hidden />}
          disabledReason={refusal}
          onClick={() => setAsking('remove')}
        >
          Remove
        </Button>
      </div>
      {asking === 'change' && <RuleDialog principalId={credential.principalId} stored={credential} onClose={close} />}
      {asking === 'remove' && <RemoveRuleDialog credential={credential} onClose={close} />}
    </div>
  )
}
