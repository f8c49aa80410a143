import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { bareText } from '@signet/shared/query/query-text'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { instanceChoicesOptions } from '../../api/choices.ts'
import { rowsOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { instanceKindWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { PickList } from '../../ui/pick-list.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { useSettled } from '../../ui/settled.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { assignedInstancesOptions, useAssign } from './identities-queries.ts'

/** As many as one request takes. */
const most = 100

/** Assigns an identity to instances. Shown while it is mounted. */
export function AttachDialog({ identity, onClose }: { identity: UserIdentityDetail; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Attach ${visibleText(identity.name)} to instances`}
      description="Each instance’s agent makes a key of its own and gets a certificate for it. Nothing is copied."
    >
      <AttachForm identity={identity} onClose={onClose} />
    </Dialog>
  )
}

function AttachForm({ identity, onClose }: { identity: UserIdentityDetail; onClose: () => void }) {
  const [search, setSearch] = useState('')
  const [picked, setPicked] = useState<readonly string[]>([])
  const [reason, setReason] = useState('')
  const attach = useAssign()
  const refusal = useRefusal('identities.write')
  const choices = useChoices(identity, search)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (picked.length === 0 || picked.length > most || attach.isPending) return
    const instanceIds = picked.map((id) => InstanceId.parse(id))
    const { principalId, version } = identity
    attach.mutateAsync({ act: 'attach', principalId, instanceIds, reason: reason.trim(), ifMatch: version }).then(
      () => {
        notify('ok', `${visibleText(identity.name)} is attached to ${picked.length === 1 ? 'it' : picked.length}`)
        onClose()
      },
      () => undefined,
    )
  }
  const missing =
    refusal ??
    (picked.length === 0 ? 'Pick an instance first.' : picked.length > most ? `At most ${most} at once.` : undefined)
  return (
    <form onSubmit={submit} className="stack">
      <PickList
        label="Instances"
        search={search}
        onSearch={setSearch}
        options={choices}
        picked={picked}
        onPicked={setPicked}
        empty="No other instance is found."
        hint="Those it is attached to already are left out."
      />
      <ReasonField reason={reason} onChange={setReason} />
      {attach.error !== null && <ErrorPanel problem={problemOf(attach.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={attach.isPending} disabledReason={missing}>
          Attach
        </Button>
      </DialogActions>
    </form>
  )
}

function useChoices(identity: UserIdentityDetail, search: string) {
  const assigned = useInfiniteQuery(assignedInstancesOptions(identity.principalId))
  const found = useQuery(instanceChoicesOptions(bareText(useSettled(search.trim()))))
  const taken = new Set<string>(assigned.data === undefined ? [] : rowsOf(assigned.data).map((row) => row.instance.id))
  return (found.data?.items ?? [])
    .filter(({ id }) => !taken.has(id))
    .map(({ id, name, kind }) => ({
      id,
      name: visibleText(name),
      label: (
        <>
          <Untrusted text={name} /> <span className="muted">{instanceKindWords[kind]}</span>
        </>
      ),
    }))
}
