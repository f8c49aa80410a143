import type { FederatedCredential } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { CredentialDetail, credentialColumns } from './credential-columns.tsx'
import { credentialsOptions } from './federation-queries.ts'
import { FederationTester } from './federation-tester.tsx'
import { RuleDialog } from './rule-dialog.tsx'

interface FederatedCredentialsProps {
  /** Whose tokens the trusted ones are exchanged for. */
  principalId: ObjectId
  /** Why nothing can be changed, beyond what the role says. */
  lockedReason?: string | undefined
}

/** What external tokens a principal trusts, and the tester that says why one of them is or is not accepted. */
export function FederatedCredentials({ principalId, lockedReason }: FederatedCredentialsProps) {
  const [adding, setAdding] = useState(false)
  const refusal = useRefusal('identities.write') ?? lockedReason
  return (
    <>
      <Card
        title="Federated credentials"
        actions={
          <Button small icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAdding(true)}>
            Add federated credential
          </Button>
        }
      >
        <CredentialTable principalId={principalId} refusal={refusal} />
        {adding && <RuleDialog principalId={principalId} stored={undefined} onClose={() => setAdding(false)} />}
      </Card>
      <FederationTester principalId={principalId} />
    </>
  )
}

function CredentialTable({ principalId, refusal }: { principalId: ObjectId; refusal: string | undefined }) {
  const { state, hasMore, busy, onMore } = pagedListOf(useInfiniteQuery(credentialsOptions(principalId)))
  return (
    <Loadable state={state} lines={3}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState title="No external token is trusted">
            <p>
              With a federated credential, code in a Kubernetes cluster, a build pipeline or another cloud gets tokens
              of this principal in exchange for the token it has there.
            </p>
          </EmptyState>
        ) : (
          <>
            <SimpleTable
              label="Federated credentials"
              columns={credentialColumns}
              rows={rows}
              rowId={(row) => row.id}
              detail={{
                nameOf: (row: FederatedCredential) => visibleText(row.name),
                render: (row) => <CredentialDetail credential={row} refusal={refusal} />,
              }}
            />
            <LoadMore
              shown={rows.length}
              noun={rows.length === 1 ? 'federated credential' : 'federated credentials'}
              hasMore={hasMore}
              busy={busy}
              onMore={onMore}
            />
          </>
        )
      }
    </Loadable>
  )
}
