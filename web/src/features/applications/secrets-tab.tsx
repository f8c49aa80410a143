import type { ApplicationDetail, ClientSecret } from '@signet/shared/api/applications'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { LastUse } from '../../ui/last-use.tsx'
import { None } from '../../ui/none.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AddSecretDialog } from './add-secret-dialog.tsx'
import { useRemoveSecret } from './applications-queries.ts'
import { lockedReason } from './locked.ts'

/** Client secrets: the value of one is shown when it is made, and never again. */
export function SecretsTab({ application }: { application: ApplicationDetail }) {
  const [adding, setAdding] = useState(false)
  const refusal = useRefusal('identities.write') ?? lockedReason(application)
  const columns = useMemo(
    () =>
      columnsOf<ClientSecret>([
        ...secretColumns,
        { id: 'act', header: 'Actions', cell: (row) => <RemoveButton application={application} secret={row} /> },
      ]),
    [application],
  )
  return (
    <Card
      title="Client secrets"
      actions={
        <Button small icon={<Plus size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAdding(true)}>
          Create secret
        </Button>
      }
    >
      {application.secrets.length === 0 ? (
        <EmptyState title="It has no secret">
          <p>A certificate or a federated credential is safer: there is nothing to copy that could leak.</p>
        </EmptyState>
      ) : (
        <SimpleTable
          label="Client secrets"
          columns={columns}
          rows={application.secrets}
          rowId={(secret) => secret.id}
        />
      )}
      {adding && <AddSecretDialog application={application} onClose={() => setAdding(false)} />}
    </Card>
  )
}

const secretColumns = columnsOf<ClientSecret>([
  { id: 'description', header: 'Description', cell: ({ description }) => <Untrusted text={description} /> },
  { id: 'hint', header: 'Hint', cell: ({ hint }) => <Untrusted text={hint} className="mono" /> },
  {
    id: 'expires',
    header: 'Validity',
    cell: ({ createdAt, expiresAt }) => <ValidityBar from={createdAt} until={expiresAt} />,
  },
  {
    id: 'used',
    header: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? <None /> : <RelativeTime at={lastUsedAt} />),
  },
  { id: 'created', header: 'Created', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
])

function RemoveButton({ application, secret }: { application: ApplicationDetail; secret: ClientSecret }) {
  const [asking, setAsking] = useState(false)
  const remove = useRemoveSecret(application, secret.id)
  const refusal = useRefusal('identities.write') ?? lockedReason(application)
  const name = visibleText(secret.description)
  const run = () => {
    remove.mutateAsync().then(
      () => notify('ok', `${name} is removed`),
      () => undefined,
    )
  }
  const stepUp = useStepUpFor(remove, run)
  return (
    <>
      <Button
        small
        disabledReason={refusal}
        aria-label={`Remove ${name}`}
        onClick={() => {
          remove.reset()
          setAsking(true)
        }}
      >
        Remove
      </Button>
      <ConfirmDialog
        open={asking}
        title={`Remove ${name}?`}
        confirmLabel="Remove"
        busy={remove.isPending}
        onConfirm={run}
        onClose={() => setAsking(false)}
      >
        <p>
          Whoever authenticates with it is refused from now on. <LastUse at={secret.lastUsedAt} />
        </p>
        {remove.error !== null && !needsStepUp(remove.error) && <ErrorPanel problem={problemOf(remove.error)} />}
      </ConfirmDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}
