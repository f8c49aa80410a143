import { badContent, isObject } from './arm-call.ts'

/** What a client wants of the identity of an instance; what is undefined stays as it is. */
export interface IdentityWish {
  readonly system: boolean | undefined
  /** ARM IDs to assign. */
  readonly attach: readonly string[]
  /** ARM IDs to take away; one that is not assigned is no error. */
  readonly detach: readonly string[]
  /** Whatever is assigned and not in `attach` goes. */
  readonly detachOthers: boolean
  /** The type names user-assigned identities and no system-assigned one: one has to be left. */
  readonly needsUser: boolean
}

const mostIdentities = 100

/**
 * Reads the `identity` of a PUT, which says what there is to be, or of a PATCH, which says what changes (wire-protocol §4.4).
 * Principal and tenant IDs in it are the server's to say, and passed over.
 *
 * @returns undefined when nothing is said of it
 * @throws ArmError 400
 */
export function readIdentity(identity: unknown, method: 'PUT' | 'PATCH'): IdentityWish | undefined {
  if (identity === undefined) return undefined
  if (identity === null) return method === 'PUT' ? undefined : nothing
  if (!isObject(identity)) throw badContent('identity is not an object.')
  const type = typesOf(identity['type'])
  const map = entriesOf(identity['userAssignedIdentities'])
  const attach = [...(map ?? [])].flatMap(([id, value]) => (value === null ? [] : [id]))
  const detach = [...(map ?? [])].flatMap(([id, value]) => (value === null ? [id] : []))
  if (type === undefined) {
    if (method === 'PUT' && map === undefined) return undefined
    if (method === 'PUT') throw badContent('identity.type is missing.')
    return { system: undefined, attach, detach, detachOthers: false, needsUser: false }
  }
  if (!type.user) {
    if (attach.length > 0) throw badContent('identity.type does not name the user-assigned identities that are listed.')
    return { system: type.system, attach: [], detach: [], detachOthers: true, needsUser: false }
  }
  const detachOthers = method === 'PUT' && map !== undefined
  return { system: type.system, attach, detach, detachOthers, needsUser: !type.system }
}

const nothing: IdentityWish = { system: false, attach: [], detach: [], detachOthers: true, needsUser: false }

/** With or without a space, in any order and any case. */
function typesOf(type: unknown): { system: boolean; user: boolean } | undefined {
  if (type === undefined || type === null) return undefined
  if (typeof type !== 'string' || type.length > 100) throw badContent('identity.type is not one of its words.')
  const words = type.split(',').map((word) => word.trim().toLowerCase())
  const known = words.every((word) => ['none', 'systemassigned', 'userassigned'].includes(word))
  if (!known || (words.includes('none') && words.length > 1) || new Set(words).size !== words.length) {
    throw badContent('identity.type is None, SystemAssigned, UserAssigned or both of these.')
  }
  return { system: words.includes('systemassigned'), user: words.includes('userassigned') }
}

function entriesOf(map: unknown): ReadonlyMap<string, unknown> | undefined {
  if (map === undefined || map === null) return undefined
  if (!isObject(map)) throw badContent('identity.userAssignedIdentities is not an object.')
  const entries = Object.entries(map)
  if (entries.length > mostIdentities) throw badContent(`More than ${mostIdentities} user-assigned identities.`)
  const folded = new Set<string>()
  for (const [id, value] of entries) {
    if (value !== null && !isObject(value)) throw badContent('A user-assigned identity is {} or null.')
    if (folded.has(id.toLowerCase())) throw badContent('A user-assigned identity is listed twice.')
    folded.add(id.toLowerCase())
  }
  return new Map(entries)
}

interface ShownIdentity {
  readonly principalId: string
  readonly clientId: string
  readonly resourceId: string
}

/** The block of an answer; undefined when there is none. The space in its type is what az looks for (wire-protocol, rule 14). */
export function identityBlock(of: {
  system: string | null
  users: readonly ShownIdentity[]
  tenantId: string
}): Record<string, unknown> | undefined {
  const { system, users, tenantId } = of
  if (system === null && users.length === 0) return undefined
  const type = [...(system === null ? [] : ['SystemAssigned']), ...(users.length === 0 ? [] : ['UserAssigned'])]
  const map = users.map(({ resourceId, principalId, clientId }) => [resourceId, { principalId, clientId }])
  return {
    type: type.join(', '),
    ...(system !== null && { principalId: system, tenantId }),
    ...(users.length > 0 && { userAssignedIdentities: Object.fromEntries(map) }),
  }
}
