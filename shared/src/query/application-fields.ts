import { ApplicationState } from '../api/applications.ts'
import type { FieldSpec } from './fields.ts'

/** What applications can be filtered by. */
export const applicationFields = [
  { name: 'state', kind: 'choice', title: 'Whether it gets tokens', values: ApplicationState.options },
  { name: 'principal', kind: 'word', title: 'Principal ID' },
  { name: 'client', kind: 'word', title: 'Client ID' },
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was created' },
] as const satisfies readonly FieldSpec[]
