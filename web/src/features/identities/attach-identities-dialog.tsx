import type { InstanceDetail } from '@signet/shared/api/resources'
import { type AssignedIdentity, userIdentitiesApi } from '@signet/shared/api/user-identities'
import { bareText } from '@signet/shared/query/query-text'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { identityChoicesOptions } from '../../api/choices.ts'
import { call } from '../../api/client.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { PickList } from '../../ui/pick-list.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { useSettled } from '../../ui/settled.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'

interface AttachIdentitiesDialogProps {
  instance: InstanceDetail
  assigned: readonly AssignedIdentity[]
  onClose: () => void
}

/** Assigns identities to one instance. Shown while it is mounted. */
export function AttachIdentitiesDialog(props: AttachIdentitiesDialogProps) {
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={`Attach identities to ${visibleText(props.instance.name)}`}
      description="The agent makes a key for each and gets a certificate for it."
    >
      <AttachForm {...props} />
    </Dialog>
  )
}

function AttachForm({ instance, assigned, onClose }: AttachIdentitiesDialogProps) {
  const [search, setSearch] = useState('')
  const [picked, setPicked] = useState<readonly string[]>([])
  const [reason, setReason] = useState('')
  const attach = useAttachAll(instance)
  const refusal = useRefusal('identities.write')
  const found = useQuery(identityChoicesOptions(bareText(useSettled(search.trim()))))
  const taken = new Set<string>(assigned.map(({ identity }) => identity.principalId))
  const options = (found.data?.items ?? [])
    .filter(({ principalId }) => !taken.has(principalId))
    .map(({ principalId, name, resourceGroup }) => ({
      id: principalId,
      name: visibleText(name),
      label: (
        <>
          <Untrusted text={name} /> <Untrusted text={resourceGroup} className="muted" />
        </>
      ),
    }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (picked.length === 0 || attach.isPending) return
    attach.mutateAsync({ principalIds: picked.map((id) => ObjectId.parse(id)), reason: reason.trim() }).then(
      () => {
        notify('ok', picked.length === 1 ? 'The identity is attached' : `${picked.length} identities are attached`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack">
      <PickList
        label="Identities"
        search={search}
        onSearch={setSearch}
        options={options}
        picked={picked}
        onPicked={setPicked}
        empty="No other identity is found."
        hint="Those that are attached already are left out."
      />
      <ReasonField reason={reason} onChange={setReason} />
      {attach.error !== null && <ErrorPanel problem={problemOf(attach.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          kind="primary"
          busy={attach.isPending}
          disabledReason={refusal ?? (picked.length === 0 ? 'Pick an identity first.' : undefined)}
        >
          Attach
        </Button>
      </DialogActions>
    </form>
  )
}

/** One after the other: what failed is told, and repeating it does not attach the earlier ones again. */
function useAttachAll(instance: InstanceDetail) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ principalIds, reason }: { principalIds: ObjectId[]; reason: string }): Promise<void> => {
      for (const principalId of principalIds) {
        await call(userIdentitiesApi.attach)({ params: { principalId }, body: { instanceIds: [instance.id], reason } })
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['identities'] }),
  })
}
