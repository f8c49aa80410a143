import type { StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { Fragment, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { notify } from '../../ui/toaster.tsx'
import { FreezeButton } from './freeze-button.tsx'
import { policyOptions, usePreview, useRemovePolicy } from './policies-queries.ts'
import { PolicyForm } from './policy-form.tsx'
import { scopeWords } from './policy-words.ts'

const page = getRouteApi('/signed-in/settings/policies/$policyId')

/** One rotation policy, to be changed, frozen or removed. */
export function PolicyPage() {
  const { policyId } = page.useParams()
  const query = useQuery(policyOptions(policyId))
  useTitle(query.data && scopeWords(query.data), 'Rotation policies')
  // Somebody else's change does not take away what is being typed; the form finds out when it saves.
  const [round, setRound] = useState(0)
  return (
    <Loadable state={loadStateOf(query)}>
      {(policy) => (
        <Fragment key={policy.id}>
          <PageHeader
            back={<Link to="/settings/policies">Rotation policies</Link>}
            title={scopeWords(policy)}
            actions={
              <>
                <FreezeButton policyId={policy.id} />
                {policy.scope.kind !== 'default' && <RemoveButton policy={policy} />}
              </>
            }
          />
          <PolicyForm
            key={round}
            stored={policy}
            scope={policy.scope}
            start={policy}
            onSaved={() => {
              notify('ok', 'Rotation policy saved')
              void query.refetch().then(() => setRound(round + 1))
            }}
          />
        </Fragment>
      )}
    </Loadable>
  )
}

function RemoveButton({ policy }: { policy: StoredRotationPolicy }) {
  const [asking, setAsking] = useState(false)
  const navigate = useNavigate()
  const preview = usePreview()
  const remove = useRemovePolicy()
  const refusal = useRefusal('policies.write')
  const ask = () => {
    remove.reset()
    preview.mutate({ scope: policy.scope, policy: null })
    setAsking(true)
  }
  const confirm = () =>
    remove.mutate(policy, {
      onSuccess: () => {
        notify('ok', 'Rotation policy removed')
        void navigate({ to: '/settings/policies' })
      },
    })
  return (
    <>
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={ask}>
        Remove…
      </Button>
      <ConfirmDialog
        open={asking}
        title="Remove this policy?"
        confirmLabel="Remove policy"
        busy={remove.isPending || preview.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>What it rules falls to the next less specific policy.</p>
        {preview.data !== undefined && (
          <p>
            {preview.data.certificates} certificates fall to another policy; {preview.data.changed} of them roll at
            another time, {preview.data.atOnce} at once.
          </p>
        )}
        {remove.error !== null && <ErrorPanel problem={problemOf(remove.error)} />}
      </ConfirmDialog>
    </>
  )
}
