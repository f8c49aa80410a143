import type { Webhook } from '@signet/shared/api/webhooks'
import { hasCode } from '../../api/api-error.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { WebhookForm } from './webhook-form.tsx'
import { useChangeWebhook, type WebhookWish } from './webhooks-queries.ts'

/** Another name, address or choice of alerts; the secret stays. Shown while mounted. */
export function ChangeWebhookDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { name, url, events, kinds } = webhook
  const change = useChangeWebhook(webhook)
  const save = (wish: WebhookWish) =>
    void change.mutateAsync({ ...wish, enabled: webhook.enabled }).then(
      () => {
        notify('ok', `${visibleText(name)} is changed`)
        onClose()
      },
      () => undefined,
    )
  const isStale = hasCode(change.error, 'precondition_failed')
  return (
    <Dialog open onClose={onClose} title={`Change ${visibleText(name)}`}>
      <WebhookForm
        start={{ name, url, events, kinds }}
        confirmLabel="Save"
        busy={change.isPending}
        error={isStale ? null : change.error}
        onWish={save}
        onClose={onClose}
      >
        {webhook.waiting > 0 && <p className="muted">What waits goes to the new address.</p>}
        {isStale && <p className="warn">It was changed meanwhile: close this, look at it, then change it again.</p>}
      </WebhookForm>
    </Dialog>
  )
}
