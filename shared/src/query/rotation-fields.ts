import { RunState, RunTrigger } from '../vocabulary/credential-states.ts'
import type { FieldSpec } from './fields.ts'

/** What rotations can be filtered by. */
export const rotationFields = [
  { name: 'identity', kind: 'word', title: 'Principal ID' },
  { name: 'instance', kind: 'word', title: 'Name of the instance' },
  { name: 'trigger', kind: 'choice', title: 'Why it was started', values: RunTrigger.options },
  { name: 'state', kind: 'choice', title: 'How far it is', values: RunState.options },
  { name: 'open', kind: 'flag', title: 'Whether it is still under way' },
  {
    name: 'last-failure',
    kind: 'flag',
    title: 'Whether it is the last failure of an identity that did not roll since',
  },
  {
    name: 'queue',
    kind: 'flag',
    title: 'Whether it is under way, or the last failure of an identity that did not roll since',
  },
  { name: 'reviewed', kind: 'flag', title: 'Whether somebody marked it as reviewed' },
  { name: 'actor', kind: 'word', title: 'Who asked for it' },
  { name: 'thumbprint', kind: 'word', title: 'Thumbprint of the old or new certificate' },
  { name: 'error', kind: 'word', title: 'Error code' },
  { name: 'attempt', kind: 'number', title: 'Attempts' },
  { name: 'requested', kind: 'time', direction: 'past', title: 'When it was requested' },
  { name: 'finished', kind: 'time', direction: 'past', title: 'When it ended' },
] as const satisfies readonly FieldSpec[]
