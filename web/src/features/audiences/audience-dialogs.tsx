import type { Audience } from '@signet/shared/api/audiences'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import {
  type AudienceDraft,
  audienceDifferences,
  audienceDraftOf,
  audienceFaults,
  changeOf,
  emptyAudience,
} from './audience-draft.ts'
import { AudienceFields } from './audience-fields.tsx'
import { audienceOptions, useChangeAudience, useRegisterAudience } from './audiences-queries.ts'

/** Registers an audience and leads to its page. */
export function RegisterAudienceDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title="Register audience"
      description="A service of yours that checks tokens of Signet. Tokens for it are issued at once."
    >
      <RegisterForm onClose={onClose} />
    </Dialog>
  )
}

function RegisterForm({ onClose }: { onClose: () => void }) {
  const form = useAudienceForm(emptyAudience)
  const register = useRegisterAudience()
  const refusal = useRefusal('audiences.write')
  const navigate = useNavigate()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!form.check() || register.isPending) return
    const { roles, ...draft } = form.draft
    // By promise: the page it leads to takes this dialog away.
    register.mutateAsync({ ...draft, roles: [...roles], reason: form.reason.trim() }).then(
      ({ id, name }) => {
        notify('ok', `${visibleText(name)} is registered`)
        onClose()
        void navigate({ to: '/audiences/$audienceId', params: { audienceId: id } })
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <AudienceFields draft={form.draft} faults={form.faults} onChange={form.setDraft} kind="new" />
      <ReasonField reason={form.reason} onChange={form.setReason} />
      {register.error !== null && <ErrorPanel problem={problemOf(register.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={register.isPending} disabledReason={refusal}>
          Register
        </Button>
      </DialogActions>
    </form>
  )
}

/** Changes an audience. Shown while it is mounted. */
export function ChangeAudienceDialog({ audience, onClose }: { audience: Audience; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={`Change ${visibleText(audience.name)}`}
      description="The next token follows; tokens that are out stay as they are."
    >
      <ChangeForm audience={audience} onClose={onClose} />
    </Dialog>
  )
}

function ChangeForm({ audience, onClose }: { audience: Audience; onClose: () => void }) {
  // The version of the moment the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [version, setVersion] = useState(audience.version)
  const form = useAudienceForm(audienceDraftOf(audience))
  const change = useChangeAudience(audience.id)
  const refusal = useRefusal('audiences.write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!form.check() || change.isPending) return
    change.mutateAsync({ ...changeOf(audience, form.draft), reason: form.reason.trim(), ifMatch: version }).then(
      () => {
        notify('ok', `${visibleText(audience.name)} is saved`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <AudienceFields
        key={version}
        draft={form.draft}
        faults={form.faults}
        onChange={form.setDraft}
        kind={audience.builtIn ? 'built-in' : 'own'}
      />
      <ReasonField reason={form.reason} onChange={form.setReason} />
      {change.error !== null && (
        <SaveFailure
          error={change.error}
          audience={audience}
          draft={form.draft}
          onBase={(current, draft) => {
            setVersion(current.version)
            form.setDraft(draft)
            change.reset()
          }}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={change.isPending} disabledReason={refusal}>
          Save
        </Button>
      </DialogActions>
    </form>
  )
}

function useAudienceForm(start: AudienceDraft) {
  const [draft, setDraft] = useState(start)
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const faults = audienceFaults(draft)
  return {
    ...{ draft, setDraft, reason, setReason },
    faults: checked ? faults : {},
    /** Shows what is wrong; true when nothing is. */
    check: () => {
      setChecked(true)
      return Object.keys(faults).length === 0
    },
  }
}

interface SaveFailureProps {
  error: Error
  audience: Audience
  draft: AudienceDraft
  /** Goes on from the audience in force, with these values in the form. */
  onBase: (current: Audience, draft: AudienceDraft) => void
}

function SaveFailure({ error, audience, draft, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...audienceOptions(audience.id), staleTime: 0, enabled: isConflict })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const current = inForce.isFetching ? undefined : inForce.data
  return (
    <ConflictPanel
      noun="audience"
      differences={current && audienceDifferences(audienceDraftOf(current), draft)}
      onReload={() => current && onBase(current, audienceDraftOf(current))}
      onKeep={() => current && onBase(current, draft)}
    />
  )
}
