import { z } from 'zod'
import { route } from './contract.ts'

/** What an identifier can lead to. */
export const ResolvedKind = z.enum([
  'instance',
  'identity',
  'application',
  'audience',
  'role_assignment',
  'role',
  'vault',
  'secret',
  'certificate',
  'rotation',
  'agent',
  'signing_key',
  'audit_event',
  'request',
  'token',
])
export type ResolvedKind = z.infer<typeof ResolvedKind>

/** One thing that an identifier names, and the dashboard's path that shows it. */
export const ResolvedHit = z.object({ kind: ResolvedKind, id: z.string(), label: z.string(), path: z.string() })
export type ResolvedHit = z.infer<typeof ResolvedHit>

/** Longest text that is looked up; ARM resource IDs are the longest identifiers there are. */
export const longestLookup = 400

export const resolveApi = {
  anything: route({
    method: 'GET',
    path: '/resolve/:anything',
    summary: 'What an identifier of any kind names, as far as the caller may read it',
    access: 'session',
    params: z.object({ anything: z.string().trim().min(1).max(longestLookup) }),
    response: z.object({ items: z.array(ResolvedHit) }),
  }),
}
