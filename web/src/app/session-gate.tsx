import { useIsMutating, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { sessionOptions, signOutKey } from '../api/session.ts'
import { useLater } from '../ui/later.ts'
import { Shell } from './shell.tsx'

/**
 * Shows the dashboard to whoever is signed in. When the session ends meanwhile the page stays as it is, with a sign-in
 * over it; only signing out leaves it.
 */
export function SessionGate() {
  const { data: session } = useQuery(sessionOptions)
  const last = useRef(session)
  useEffect(() => {
    if (session) last.current = session
  }, [session])
  // Fetched while the sign-in is young, so that they are there when it ends.
  const dialogs = useLater(() => import('./session-dialogs.tsx'))
  const leaving = useIsMutating({ mutationKey: signOutKey }) > 0
  const shown = session ?? last.current
  if (shown === null || shown === undefined) return null
  return (
    <>
      <Shell session={shown} />
      {dialogs && session === null && !leaving && <dialogs.SessionExpiredDialog last={shown} />}
      {dialogs && session !== null && <dialogs.IdleWarning session={shown} />}
    </>
  )
}
