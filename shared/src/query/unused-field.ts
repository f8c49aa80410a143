import type { FieldSpec } from './fields.ts'

/** Since when something got no token: since its last one, or since it was made when there never was one. */
export const unusedField = {
  name: 'unused',
  kind: 'time',
  direction: 'past',
  title: 'How long it has got no token, or exists without one',
} as const satisfies FieldSpec
