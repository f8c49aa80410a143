import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useLocation, useRouter } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { sessionOptions } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { codeOf, returnPath } from './return-path.ts'
import styles from './sign-in-page.module.css'
import { setupOptions, useSignIn } from './sign-in-queries.ts'

const page = getRouteApi('/sign-in')
const shortestCode = 16

/** Sign-in with a one-time code of the server's console, typed or taken from the link in the terminal. */
export function SignInPage() {
  useTitle('Sign in')
  const { next } = page.useSearch()
  const signIn = useSignIn()
  useLeaveWhenSignedIn(next)
  useCodeFromLink(signIn.mutate)
  return (
    <main className={styles['page']}>
      <div className={styles['box']}>
        <img src="/favicon.svg" alt="" width={36} height={36} />
        <SignInForm busy={signIn.isPending || signIn.isSuccess} error={signIn.error} onCode={signIn.mutate} />
      </div>
    </main>
  )
}

function SignInForm(props: { busy: boolean; error: Error | null; onCode: (code: string) => void }) {
  const setup = useQuery(setupOptions)
  const [code, setCode] = useState('')
  const claimed = setup.data?.claimed ?? true
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const trimmed = code.trim()
    if (!props.busy && trimmed.length >= shortestCode) props.onCode(trimmed)
  }
  return (
    <>
      <h1>{claimed ? 'Sign in to Signet' : 'Set up Signet'}</h1>
      <p className="muted">
        {claimed ? (
          <>
            Run <code>signet operator recover</code> on the server’s host. It prints a link and a one-time code.
          </>
        ) : (
          'Nobody has signed in yet. The first code, printed in the terminal when the server started, makes you the administrator.'
        )}
      </p>
      <form onSubmit={submit} className={styles['form']}>
        <Field label="One-time code">
          {(control) => (
            <TextInput
              {...control}
              name="code"
              required
              minLength={shortestCode}
              maxLength={128}
              autoComplete="one-time-code"
              autoCapitalize="none"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" kind="primary" busy={props.busy}>
          {props.busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {props.error !== null && <SignInFailure error={props.error} />}
      {setup.error !== null && <ErrorPanel problem={problemOf(setup.error)} onRetry={() => void setup.refetch()} />}
    </>
  )
}

function SignInFailure({ error }: { error: Error }) {
  if (!hasCode(error, 'code_refused')) return <ErrorPanel problem={problemOf(error)} />
  return (
    <Notice tone="bad" alert title="The code is wrong, already used or expired">
      <p>
        Codes work once and for a short time. Run <code>signet operator recover</code> on the server’s host for a fresh
        one.
      </p>
    </Notice>
  )
}

/** Whoever is signed in, since before or just now, goes on to the page that was asked for. */
function useLeaveWhenSignedIn(next: string | undefined): void {
  const { data: session } = useQuery({ ...sessionOptions, retry: false })
  const router = useRouter()
  const left = useRef(false)
  useEffect(() => {
    if (session === null || session === undefined || left.current) return
    left.current = true
    const isPage = (pathname: string) => {
      const [, , route] = router.getMatchedRoutes(pathname)
      return route !== undefined
    }
    router.history.replace(returnPath(next, window.location.origin, isPage))
  })
}

/** Takes a code out of the address, so that it stays in no history, and uses it unless somebody is signed in. */
function useCodeFromLink(signIn: (code: string) => void): void {
  const hash = useLocation({ select: (location) => location.hash })
  const router = useRouter()
  const client = useQueryClient()
  const used = useRef<string>(undefined)
  useEffect(() => {
    const code = codeOf(hash)
    if (code === undefined || used.current === code) return
    used.current = code
    router.history.replace(`${window.location.pathname}${window.location.search}`)
    void client
      .fetchQuery({ ...sessionOptions, staleTime: 0, retry: false })
      .catch(() => null)
      .then((session) => session === null && signIn(code))
  })
}
