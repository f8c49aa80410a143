import { operatorsApi, type Session } from '@signet/shared/api/operators'
import type { Permission, Role } from '@signet/shared/vocabulary/permissions'
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { call, rememberCsrfToken } from './client.ts'
import { useWritable } from './connection.ts'
import type { QueryRoot } from './query-roots.ts'

export const sessionKey = ['session' satisfies QueryRoot] as const

/** Key of the mutation that signs out; while it runs, a session that is over is no surprise. */
export const signOutKey = ['sign-out'] as const

const readSession = call(operatorsApi.session)

/** The session, or null when nobody is signed in. */
export const sessionOptions = queryOptions({
  queryKey: sessionKey,
  queryFn: async ({ signal }): Promise<Session | null> => {
    const session = await readSession({}, signal)
    if (session) rememberCsrfToken(session.csrfToken)
    return session
  },
  staleTime: 60_000,
})

/** Takes over a session that the server has just made or renewed. */
export function adoptSession(client: QueryClient, session: Session): void {
  rememberCsrfToken(session.csrfToken)
  client.setQueryData(sessionKey, session)
}

export function useSession(): Session | null {
  return useQuery(sessionOptions).data ?? null
}

/** Words for the roles, as shown to people. */
export const roleWords: Record<Role, string> = {
  viewer: 'Viewer',
  auditor: 'Auditor',
  operator: 'Operator',
  developer: 'Developer',
  admin: 'Admin',
}

/** Why the signed-in person may not do something, or nobody can now; undefined when they may. */
export function useRefusal(permission: Permission): string | undefined {
  const session = useSession()
  const offline = useWritable()
  if (offline !== undefined && !permission.endsWith('.read')) return offline
  if (session === null || session.permissions.includes(permission)) return undefined
  return `Your role ${roleWords[session.operator.role]} lacks ${permission}. Ask an Admin.`
}
