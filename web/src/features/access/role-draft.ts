import { authorizationApi, type RoleDefinition } from '@signet/shared/api/authorization'
import { differencesOf } from '../../ui/value-words.ts'
import type { RoleWish } from './access-queries.ts'

/** A role as it is typed: lists are one entry per line. */
export interface RoleDraft {
  readonly name: string
  readonly description: string
  readonly actions: string
  readonly notActions: string
  readonly dataActions: string
  readonly notDataActions: string
  readonly assignableScopes: string
}

export type RoleFaults = Partial<Record<keyof RoleDraft, string>>

export const emptyRole: RoleDraft = {
  ...{ name: '', description: '', actions: '', notActions: '', dataActions: '', notDataActions: '' },
  assignableScopes: '/',
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export function draftOf({ name, description, permission, assignableScopes }: RoleWish): RoleDraft {
  return {
    ...{ name, description, assignableScopes: assignableScopes.join('\n') },
    actions: permission.actions.join('\n'),
    notActions: permission.notActions.join('\n'),
    dataActions: permission.dataActions.join('\n'),
    notDataActions: permission.notDataActions.join('\n'),
  }
}

export function wishOf({ name, description, assignableScopes, ...lists }: RoleDraft): RoleWish {
  return {
    name: name.trim(),
    description: description.trim(),
    permission: {
      actions: linesOf(lists.actions),
      notActions: linesOf(lists.notActions),
      dataActions: linesOf(lists.dataActions),
      notDataActions: linesOf(lists.notDataActions),
    },
    assignableScopes: linesOf(assignableScopes),
  }
}

/** What is wrong with a draft, by field; nothing when it can be sent. */
export function roleFaults(draft: RoleDraft): RoleFaults {
  const wish = wishOf(draft)
  const faults: Partial<Record<keyof RoleDraft, string>> = {}
  const read = authorizationApi.createRole.body.safeParse(wish)
  for (const { path, message } of read.error?.issues ?? []) {
    const field = path[0] === 'permission' ? path[1] : path[0]
    const line = path[0] === 'permission' ? path[2] : path[1]
    const where = typeof line === 'number' ? `Line ${line + 1}: ` : ''
    if (isField(field)) faults[field] ??= `${where}${message}`
  }
  if (wish.name === '') faults.name = 'Give it a name.'
  const { actions, dataActions } = wish.permission
  if (actions.length + dataActions.length === 0) faults.actions ??= 'A role that allows nothing is of no use.'
  const scopes = wish.assignableScopes
  if (scopes.length === 0) faults.assignableScopes = 'Say where it can be given; / is everywhere.'
  const bad = scopes.findIndex((scope) => !scope.startsWith('/'))
  if (bad !== -1) faults.assignableScopes = `Line ${bad + 1}: a resource ID begins with a slash.`
  return faults
}

export function differencesBetween(inForce: RoleDefinition, draft: RoleDraft) {
  const words = ({ permission, ...rest }: RoleWish) => ({ ...rest, ...permission })
  const { name, description, permission, assignableScopes } = inForce
  return differencesOf(words({ name, description, permission, assignableScopes }), words(wishOf(draft)), {})
}

function isField(name: unknown): name is keyof RoleDraft {
  return typeof name === 'string' && Object.hasOwn(emptyRole, name)
}
