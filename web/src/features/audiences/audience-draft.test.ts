import { describe, expect, test } from 'vitest'
import {
  type AudienceDraft,
  audienceDifferences,
  audienceDraftOf,
  audienceFaults,
  changeOf,
  emptyAudience,
} from './audience-draft.ts'
import { exampleAudience } from './testing/examples.ts'

const good: AudienceDraft = { ...emptyAudience, uri: 'api://orders', name: 'Orders' }

describe('an audience while it is written', () => {
  test.each([
    [good, []],
    [{ ...good, uri: 'orders' }, ['uri']],
    [{ ...good, uri: 'https://orders.example/.default' }, ['uri']],
    [{ ...good, name: ' ' }, ['name']],
    [{ ...good, lifetimeSeconds: 60 }, ['lifetimeSeconds']],
    [{ ...good, lifetimeSeconds: Number.NaN }, ['lifetimeSeconds']],
    [{ ...good, roles: [{ value: '', description: '' }] }, ['roles']],
    [{ ...good, roles: ['a', 'a'].map((value) => ({ value, description: '' })) }, ['roles']],
  ] as const)('has its faults at their fields (%#)', (draft, fields) => {
    expect(Object.keys(audienceFaults(draft))).toEqual(fields)
  })

  test('changes of one that comes with Signet only what can be changed of it', () => {
    const draft = audienceDraftOf(exampleAudience)
    const fixed = ['name', 'tokenVersion', 'clientCapabilities', 'uri']
    for (const field of fixed) expect(changeOf({ builtIn: true }, draft)).not.toHaveProperty(field)
    expect(changeOf({ builtIn: false }, draft)).toMatchObject({ name: 'Orders', tokenVersion: 2 })
  })

  test('is compared with what is in force in words', () => {
    const mine = { ...good, lifetimeSeconds: 7_200, roles: [{ value: 'Read', description: '' }] }
    const differing = audienceDifferences(good, mine).filter(({ before, after }) => before !== after)
    expect(differing).toEqual([
      { name: 'Token lifetime', before: 'Server default', after: '2 h' },
      { name: 'Roles', before: 'None', after: 'Read' },
    ])
  })
})
