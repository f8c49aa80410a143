import { CertificateKey, CredentialState, RunTrigger } from '../vocabulary/credential-states.ts'
import type { FieldSpec } from './fields.ts'

/** What the certificates of all identities can be filtered by. */
export const certificateFields = [
  { name: 'identity', kind: 'word', title: 'Principal ID' },
  { name: 'name', kind: 'word', title: 'Name of the identity when it was issued' },
  { name: 'instance', kind: 'word', title: 'Name or ID of the instance that has it' },
  { name: 'state', kind: 'choice', title: 'Where it stands', values: CredentialState.options },
  { name: 'cause', kind: 'choice', title: 'Why it was issued', values: RunTrigger.options },
  { name: 'actor', kind: 'word', title: 'At whose wish' },
  { name: 'expires', kind: 'time', direction: 'future', title: 'When it expires' },
  { name: 'issued', kind: 'time', direction: 'past', title: 'When it was issued' },
  { name: 'used', kind: 'time', direction: 'past', title: 'When it was last used' },
  { name: 'ended', kind: 'time', direction: 'past', title: 'When it was retired or revoked' },
  { name: 'acknowledged', kind: 'flag', title: 'Whether its agent has acknowledged it' },
  { name: 'key', kind: 'choice', title: 'Kind of key', values: CertificateKey.options },
  {
    name: 'location',
    kind: 'choice',
    title: 'Where its key lives',
    values: ['agent', 'server', 'external', 'hsm'],
  },
  { name: 'ca', kind: 'word', title: 'ID or subject of the CA that issued it' },
  { name: 'serial', kind: 'word', title: 'Serial number' },
  { name: 'thumbprint', kind: 'word', title: 'SHA-1 or SHA-256 thumbprint' },
] as const satisfies readonly FieldSpec[]
