import type { FieldSpec } from './fields.ts'

/** What audiences can be filtered by. */
export const audienceFields = [
  { name: 'name', kind: 'word', title: 'Name' },
  { name: 'uri', kind: 'word', title: 'Identifier URI' },
  { name: 'enabled', kind: 'flag', title: 'Whether tokens are issued for it' },
  { name: 'built-in', kind: 'flag', title: 'Whether it comes with Signet' },
  { name: 'assignment-required', kind: 'flag', title: 'Whether only principals with a role get a token' },
  { name: 'token-version', kind: 'number', title: 'Version of its tokens' },
  { name: 'role', kind: 'word', title: 'App role that it has' },
  { name: 'created', kind: 'time', direction: 'past', title: 'When it was registered' },
] as const satisfies readonly FieldSpec[]
