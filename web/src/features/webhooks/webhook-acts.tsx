import type { Webhook } from '@signet/shared/api/webhooks'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ChangeWebhookDialog } from './change-webhook-dialog.tsx'
import { SecretShown } from './secret-shown.tsx'
import { useChangeWebhook, useRemoveWebhook, useRollSecret, useTestWebhook } from './webhooks-queries.ts'

/** What can be done with a webhook, the harmless first. */
export function WebhookActs({ webhook }: { webhook: Webhook }) {
  const refusal = useRefusal('webhooks.write')
  const test = useTestWebhook(webhook)
  const enable = useChangeWebhook(webhook)
  const { name, url, events, kinds, enabled } = webhook
  const failed = (title: string) => (error: Error) => notify('bad', title, problemOf(error).detail)
  return (
    <>
      <Button
        kind="primary"
        busy={test.isPending}
        disabledReason={webhook.enabled ? refusal : 'The webhook is disabled.'}
        onClick={() =>
          test.mutate(undefined, {
            onSuccess: () => notify('ok', 'A test message is on its way'),
            onError: failed('No test message was sent'),
          })
        }
      >
        Send test message
      </Button>
      <ChangeButton webhook={webhook} refusal={refusal} />
      <RollButton webhook={webhook} refusal={refusal} />
      <Button
        busy={enable.isPending}
        disabledReason={refusal}
        onClick={() =>
          enable.mutate({ name, url, events, kinds, enabled: !enabled }, { onError: failed('Nothing was changed') })
        }
      >
        {webhook.enabled ? 'Disable' : 'Enable'}
      </Button>
      <RemoveButton webhook={webhook} refusal={refusal} />
    </>
  )
}

interface ActProps {
  webhook: Webhook
  refusal: string | undefined
}

function ChangeButton({ webhook, refusal }: ActProps) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button disabledReason={refusal} onClick={() => setAsking(true)}>
        Change…
      </Button>
      {asking && <ChangeWebhookDialog webhook={webhook} onClose={() => setAsking(false)} />}
    </>
  )
}

function RollButton({ webhook, refusal }: ActProps) {
  const [asking, setAsking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const roll = useRollSecret(webhook)
  const confirm = () =>
    roll.mutate(undefined, {
      onSuccess: (answer) => setSecret(answer.secret),
      onError: (error) => notify('bad', 'The secret was not rolled', problemOf(error).detail),
      onSettled: () => setAsking(false),
    })
  return (
    <>
      <Button disabledReason={refusal} onClick={() => setAsking(true)}>
        Roll secret…
      </Button>
      <ConfirmDialog
        open={asking}
        title="Roll the secret?"
        confirmLabel="Roll secret"
        busy={roll.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        For 24 hours messages are signed with both secrets; put the new one into the receiver by then. One from an
        earlier roll ends now.
      </ConfirmDialog>
      {secret !== undefined && (
        <Dialog open onClose={() => undefined} title="Copy the secret now">
          <SecretShown secret={secret} onClose={() => setSecret(undefined)} />
        </Dialog>
      )}
    </>
  )
}

function RemoveButton({ webhook, refusal }: ActProps) {
  const [asking, setAsking] = useState(false)
  const remove = useRemoveWebhook(webhook)
  const router = useRouter()
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => void router.navigate({ to: '/settings/webhooks' }),
      onError: (error) => notify('bad', 'The webhook was not removed', problemOf(error).detail),
      onSettled: () => setAsking(false),
    })
  return (
    <>
      <Button kind="danger" disabledReason={refusal} onClick={() => setAsking(true)}>
        Remove…
      </Button>
      <ConfirmDialog
        open={asking}
        title={`Remove ${visibleText(webhook.name)}?`}
        confirmLabel="Remove"
        busy={remove.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        It is told nothing any more, and what waits for it and was sent to it is forgotten.
      </ConfirmDialog>
    </>
  )
}
