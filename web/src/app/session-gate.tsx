import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { sessionOptions } from '../api/session.ts'
import { Shell } from './shell.tsx'

/** Shows the dashboard to whoever is signed in, and leads to the sign-in page when the session ends meanwhile. */
export function SessionGate() {
  const { data: session } = useQuery(sessionOptions)
  const router = useRouter()
  const ended = session === null
  useEffect(() => {
    if (!ended) return
    const next = router.state.location.href
    void router.navigate({ to: '/sign-in', search: next === '/' ? {} : { next }, replace: true })
  }, [ended, router])
  return session === null || session === undefined ? null : <Shell session={session} />
}
