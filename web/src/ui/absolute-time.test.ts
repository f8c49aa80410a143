import { afterEach, expect, test } from 'vitest'
import { absoluteTime, instantOf } from './absolute-time.ts'
import { setPreferences } from './preferences.ts'

afterEach(() => setPreferences({ zone: 'browser' }))

test.each(['UTC', 'Europe/Berlin', 'America/New_York'])(
  'reads what it shows in %s, also of a year half typed',
  (zone) => {
    setPreferences({ zone })
    for (const shown of ['0002-11-24 14:02:11', '0202-11-24 14:02:11', '2026-11-24 14:02:11']) {
      expect(absoluteTime(instantOf(shown.replace(' ', 'T')) ?? Number.NaN)).toBe(shown)
    }
  },
)

test('knows no instant for what is none, or lies beyond the years that have a name', () => {
  setPreferences({ zone: 'America/New_York' })
  for (const shown of ['', '2026-13-24T14:02:11', '9999-12-31T23:00:00', '12026-11-24T14:02:11']) {
    expect(instantOf(shown)).toBeUndefined()
  }
})
