import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { SecretShown } from './secret-shown.tsx'
import { WebhookForm } from './webhook-form.tsx'
import { useAddWebhook, type WebhookWish } from './webhooks-queries.ts'

const nothingYet: WebhookWish = { name: '', url: '', events: ['alert.opened', 'alert.resolved'], kinds: [] }

/** A new receiver, and then its secret, this once. Shown while mounted. */
export function AddWebhookDialog({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>()
  const add = useAddWebhook()
  const addOne = (wish: WebhookWish) =>
    void add.mutateAsync(wish).then(
      (answer) => setSecret(answer.secret),
      () => undefined,
    )
  // A click beside it must not take away what is shown once.
  const dismiss = secret === undefined ? onClose : () => undefined
  return (
    <Dialog open onClose={dismiss} title={secret === undefined ? 'Add webhook' : 'Copy the secret now'}>
      {secret === undefined ? (
        <WebhookForm
          start={nothingYet}
          confirmLabel="Add"
          busy={add.isPending}
          error={add.error}
          onWish={addOne}
          onClose={onClose}
        />
      ) : (
        <SecretShown secret={secret} onClose={onClose} />
      )}
    </Dialog>
  )
}
