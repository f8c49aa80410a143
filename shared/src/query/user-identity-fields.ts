import { UserIdentityState } from '../vocabulary/credential-states.ts'
import type { FieldSpec } from './fields.ts'
import { unusedField } from './unused-field.ts'

/** What user-assigned identities can be filtered by. Deleted ones are left out unless `state` asks for them. */
export const userIdentityFields = [
  { name: 'name', kind: 'word', title: 'Name' },
  { name: 'group', kind: 'word', title: 'Resource group' },
  { name: 'state', kind: 'choice', title: 'State', values: UserIdentityState.options },
  { name: 'instance', kind: 'word', title: 'Name of an instance it is assigned to' },
  { name: 'instances', kind: 'number', title: 'How many instances it is assigned to' },
  { name: 'broad', kind: 'flag', title: 'Whether a federated credential of it trusts more than was probably meant' },
  { name: 'last-token', kind: 'time', direction: 'past', never: true, title: 'When the last token was issued' },
  unusedField,
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was created' },
] as const satisfies readonly FieldSpec[]
