import { HealthState } from '../vocabulary/credential-states.ts'
import type { FieldSpec } from './fields.ts'
import { unusedField } from './unused-field.ts'

/** What the list of service instances can be filtered by. */
export const instanceFields = [
  { name: 'name', kind: 'word', title: 'Name' },
  { name: 'state', kind: 'choice', title: 'State of the managed identity', values: HealthState.options },
  { name: 'kind', kind: 'choice', title: 'Kind of instance', values: ['vm', 'app', 'function', 'container', 'host'] },
  { name: 'user-assigned', kind: 'word', title: 'Name of a user-assigned identity it has' },
  { name: 'tag', kind: 'tag', title: 'Tag, key=value' },
  { name: 'agent', kind: 'choice', title: 'Agent', values: ['connected', 'silent', 'none'] },
  { name: 'agent-version', kind: 'word', title: 'Version of the agent' },
  { name: 'expires', kind: 'time', direction: 'future', title: 'When the certificate expires' },
  { name: 'rotation', kind: 'time', direction: 'future', title: 'When the next rotation is due' },
  { name: 'last-token', kind: 'time', direction: 'past', never: true, title: 'When the last token was issued' },
  unusedField,
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was registered' },
] as const satisfies readonly FieldSpec[]
