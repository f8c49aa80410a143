import { beforeEach, describe, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { ChangeView } from './change-view.tsx'
import { setPreferences } from './preferences.ts'
import { differencesOf, nameWords, type ValueNames } from './value-words.ts'

beforeEach(() => setPreferences({ zone: 'UTC' }))

const names: ValueNames = {
  lifetimeSeconds: { name: 'Lifetime', form: 'seconds' },
  rotateAt: { name: 'Rotate at', form: 'share' },
  byMs: { form: 'milliseconds' },
  notAfter: { form: 'instant' },
  state: { form: { suspended: 'Paused' } },
  tags: { name: 'Tag', form: 'entries' },
}

describe('the differences of two states', () => {
  test.each([
    ['a duration', { lifetimeSeconds: 7_776_000 }, { lifetimeSeconds: 7_779_600 }, 'Lifetime', '90 d', '90 d 1 h'],
    ['a share', { rotateAt: 0.5 }, { rotateAt: 0.55 }, 'Rotate at', '50 %', '55 %'],
    ['a step back', null, { byMs: -90_000 }, 'By ms', null, '−1 min 30 s'],
    ['an instant', null, { notAfter: 0 }, 'Not after', null, '1970-01-01 00:00:00 UTC'],
    ['a state', { state: 'enabled' }, { state: 'suspended' }, 'State', 'enabled', 'Paused'],
    ['yes and no', { shared: false }, { shared: true }, 'Shared', 'No', 'Yes'],
    ['a tag', { tags: { env: 'dev' } }, { tags: { env: 'prod' } }, 'Tag env', 'dev', 'prod'],
    ['a new tag', { tags: {} }, { tags: { env: '1' } }, 'Tag env', null, '1'],
    ['what has no words', { hosts: ['a'] }, { hosts: ['a', 'b'] }, 'Hosts', '["a"]', '["a","b"]'],
    ['a duration that is none', null, { lifetimeSeconds: 'soon' }, 'Lifetime', null, 'soon'],
  ])('say %s in plain words', (_what, before, after, name, old, next) => {
    expect(differencesOf(before, after, names)).toEqual([{ name, before: old, after: next }])
  })

  test('have what changed first and keep what did not', () => {
    const [before, after] = [
      { rotateAt: 0.5, lifetimeSeconds: 90, reason: null },
      { rotateAt: 0.5, lifetimeSeconds: 30 },
    ]
    expect(differencesOf(before, after, names).map((each) => each.name)).toEqual(['Lifetime', 'Rotate at', 'Reason'])
  })
})

test('values are named as people write them', () => {
  expect(['state', 'principalId', 'notAfter', 'ip'].map(nameWords)).toEqual([
    'State',
    'Principal ID',
    'Not after',
    'IP',
  ])
})

test('a change is said in words, in the zone of the person, with what was recorded to the letter behind it', async () => {
  const after = { notAfter: 0, note: '<b>\u202e' }
  const screen = await render(<ChangeView label="What changed" before={null} after={after} names={names} />)
  await expect.element(screen.getByRole('cell', { name: '1970-01-01 00:00:00 UTC' })).toBeVisible()
  setPreferences({ zone: 'Europe/Berlin' })
  await expect.element(screen.getByRole('cell', { name: '1970-01-01 01:00:00 GMT+1' })).toBeVisible()
  const raw = screen.getByRole('figure', { name: 'recorded values' })
  expect(raw.query()).toBeNull()
  await screen.getByText('As it is recorded (JSON)').click()
  await expect.element(raw).toBeVisible()
  expect(raw.element().textContent).toMatch(/"notAfter": 0,\s+"note": "<b>⟨U\+202E⟩"/)
})
