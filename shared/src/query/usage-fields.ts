import { ApplicationState } from '../api/applications.ts'
import type { FieldSpec } from './fields.ts'
import { unusedField } from './unused-field.ts'

/** What principals of every kind can be filtered by in the list of their use. Deleted ones are left out unless `state` asks for them. */
export const usageFields = [
  { name: 'name', kind: 'word', title: 'Name' },
  {
    name: 'kind',
    kind: 'choice',
    title: 'System-assigned, user-assigned or application',
    values: ['system', 'user', 'app'],
  },
  { name: 'state', kind: 'choice', title: 'Whether it gets tokens', values: ApplicationState.options },
  { name: 'last-token', kind: 'time', direction: 'past', never: true, title: 'When it last got a token' },
  unusedField,
  {
    name: 'new-host',
    kind: 'time',
    direction: 'past',
    never: true,
    title: 'When it last got a token from a host that it had not used before',
  },
  { name: 'principal', kind: 'word', title: 'Principal ID' },
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was created' },
] as const satisfies readonly FieldSpec[]
