import { ApplicationState } from '../api/applications.ts'
import type { FieldSpec } from './fields.ts'
import { unusedField } from './unused-field.ts'

/** What applications can be filtered by. */
export const applicationFields = [
  { name: 'name', kind: 'word', title: 'Name' },
  { name: 'state', kind: 'choice', title: 'Whether it gets tokens', values: ApplicationState.options },
  {
    name: 'proof',
    kind: 'choice',
    title: 'What it can authenticate with',
    values: ['secret', 'certificate', 'federated', 'none'],
  },
  { name: 'expires', kind: 'time', direction: 'future', title: 'When the last of its secrets and certificates ends' },
  {
    name: 'expiring',
    kind: 'flag',
    title: 'Whether a secret or certificate that it needs has ended or ends within 30 days',
  },
  { name: 'broad', kind: 'flag', title: 'Whether a federated credential of it trusts more than was probably meant' },
  { name: 'last-token', kind: 'time', direction: 'past', never: true, title: 'When it last got a token' },
  unusedField,
  { name: 'principal', kind: 'word', title: 'Principal ID' },
  { name: 'client', kind: 'word', title: 'Client ID' },
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was created' },
] as const satisfies readonly FieldSpec[]
