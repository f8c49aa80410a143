import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { rememberCsrfToken } from '../../api/client.ts'
import { sessionKey, useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import styles from './demo-mark.module.css'
import { useIsDemo, useRemoveDemo } from './demo-queries.ts'

/** One click and a question, and the demo is gone. Nothing where there is no demo. */
export function RemoveDemo() {
  const [asking, setAsking] = useState(false)
  const remove = useRemoveDemo()
  const refusal = useRefusal('demo.remove')
  const client = useQueryClient()
  const router = useRouter()
  if (!useIsDemo()) return null
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: async () => {
        await router.navigate({ to: '/demo-removed', replace: true })
        // The session went with the demo, and so did everything that was on screen.
        rememberCsrfToken(undefined)
        client.setQueryData(sessionKey, null)
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] && queryKey[0] !== 'demo' })
      },
    })
  return (
    <>
      <Button
        small
        className={styles['remove']}
        aria-label="Remove demo data"
        icon={<Trash2 size={14} aria-hidden />}
        disabledReason={refusal}
        onClick={() => {
          remove.reset()
          setAsking(true)
        }}
      >
        <span>Remove demo data</span>
      </Button>
      <ConfirmDialog
        open={asking}
        title="Remove the demo data?"
        confirmLabel="Remove demo data"
        busy={remove.isPending}
        disabledReason={refusal}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>
          The demo’s instances, history and keys are deleted, and you are signed out. Data of your own is not touched:
          Signet starts with it, or empty, at this address.
        </p>
        {remove.error !== null && <ErrorPanel problem={problemOf(remove.error)} />}
      </ConfirmDialog>
    </>
  )
}
