import { operatorsApi, type Session } from '@signet/shared/api/operators'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { hasCode, problemOf } from '../api/api-error.ts'
import { call } from '../api/client.ts'
import { adoptSession, sessionOptions } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { Field, TextInput } from '../ui/form.tsx'
import { useNow } from '../ui/now.ts'

const warningMs = 120_000

/**
 * Stands over the page when the sign-in has ended meanwhile: what the page holds stays, and goes on after a new code.
 * Somebody else who signs in here gets a page of their own.
 */
export function SessionExpiredDialog({ last }: { last: Session }) {
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const signIn = useMutation({
    mutationFn: () => call(operatorsApi.signIn)({ body: { code: code.trim() } }),
    onSuccess: (session) => {
      if (session.operator.id !== last.operator.id) return window.location.assign('/')
      adoptSession(client, session)
      void client.invalidateQueries()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!signIn.isPending && code.trim() !== '') signIn.mutate()
  }
  return (
    <Dialog
      open
      onClose={() => undefined}
      title="Your sign-in has ended"
      description="What you have entered on this page is kept. Sign in again to go on."
    >
      <form onSubmit={submit} className="stack">
        <Field
          label="One-time code"
          hint={
            <>
              Run <code>signet operator recover</code> on the server’s host; it prints one.
            </>
          }
          {...(hasCode(signIn.error, 'code_refused') ? { error: 'The code is wrong, already used or expired.' } : {})}
        >
          {(control) => (
            <TextInput
              {...control}
              name="code"
              required
              maxLength={128}
              autoComplete="one-time-code"
              autoCapitalize="none"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        {signIn.error !== null && !hasCode(signIn.error, 'code_refused') && (
          <ErrorPanel problem={problemOf(signIn.error)} />
        )}
        <DialogActions>
          <Button onClick={() => window.location.assign('/sign-in')}>Leave this page</Button>
          <Button type="submit" kind="primary" busy={signIn.isPending}>
            Sign in
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** Two minutes before an idle sign-in ends somebody can put that off (WCAG 2.2.1). */
export function IdleWarning({ session }: { session: Session }) {
  const client = useQueryClient()
  const now = useNow('second')
  const [checked, setChecked] = useState<number | null>(null)
  const ends = Math.min(session.idleExpiresAt, session.absoluteExpiresAt)
  const isNear = now >= ends - warningMs
  // Requests since the page learnt of this end may have moved it: the server knows.
  useEffect(() => {
    if (!isNear) return
    void client.fetchQuery({ ...sessionOptions, staleTime: 0, retry: false }).then(
      () => setChecked(ends),
      () => setChecked(ends),
    )
  }, [client, isNear, ends])
  // At the end itself the server is asked again, and then the page knows that it is over.
  const isOver = now >= ends
  useEffect(() => {
    if (isOver) void client.invalidateQueries({ queryKey: sessionOptions.queryKey })
  }, [client, isOver])
  const extend = useMutation({
    mutationFn: () => client.fetchQuery({ ...sessionOptions, staleTime: 0, retry: false }),
  })
  const [dismissed, setDismissed] = useState<number | null>(null)
  const open = isNear && !isOver && checked === ends && dismissed !== ends
  const isFinal = session.absoluteExpiresAt <= session.idleExpiresAt
  const seconds = Math.max(0, Math.ceil((ends - now) / 1_000))
  return (
    <Dialog
      open={open}
      onClose={() => setDismissed(ends)}
      title={`Your sign-in ends in ${seconds >= 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`}`}
      description={
        isFinal
          ? 'It has lasted for as long as one may. What you have entered is kept; you can sign in again without leaving this page.'
          : 'Nothing has been done here for a while.'
      }
    >
      <DialogActions>
        {isFinal ? (
          <Button kind="primary" onClick={() => setDismissed(ends)}>
            Understood
          </Button>
        ) : (
          <Button kind="primary" busy={extend.isPending} onClick={() => extend.mutate()}>
            Stay signed in
          </Button>
        )}
      </DialogActions>
    </Dialog>
  )
}
