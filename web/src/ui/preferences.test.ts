import { afterEach, describe, expect, test } from 'vitest'
import { absoluteTime, instantOf, zoneName } from './absolute-time.ts'
import { preferences, readPreferences, setPreferences } from './preferences.ts'

const original = preferences()

afterEach(() => setPreferences(original))

describe('readPreferences', () => {
  test('takes what fits and the default for what does not', () => {
    const stored = { theme: 'dark', density: 'huge', zone: 'Europe/Berlin', shortcuts: 'no', rail: 'narrow' }
    expect(readPreferences(JSON.stringify(stored))).toEqual({
      theme: 'dark',
      density: 'default',
      zone: 'Europe/Berlin',
      times: 'relative',
      shortcuts: true,
      rail: 'narrow',
      shell: 'sh',
    })
  })

  test.each([null, '', '{', 'null', '[]', '7', '{"zone":"Mars/Olympus"}'])('survives %s', (stored) => {
    expect(readPreferences(stored)).toMatchObject({ theme: 'system', zone: 'browser' })
  })
})

describe('setPreferences', () => {
  test('puts theme and density in force at once and remembers them', () => {
    setPreferences({ theme: 'dark', density: 'compact' })
    expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', density: 'compact' })
    expect(readPreferences(localStorage.getItem('signet.preferences'))).toMatchObject({ theme: 'dark' })
    setPreferences({ theme: 'system', density: 'default' })
    expect(document.documentElement.dataset['theme']).toBeUndefined()
    expect(document.documentElement.dataset['density']).toBeUndefined()
  })

  test('hears of a change in another tab', () => {
    const newValue = JSON.stringify({ ...original, theme: 'light' })
    window.dispatchEvent(new StorageEvent('storage', { key: 'signet.preferences', newValue }))
    expect(preferences().theme).toBe('light')
  })
})

describe('the zone of times', () => {
  const at = Date.UTC(2026, 6, 1, 22, 30, 15, 42)

  test.each([
    ['UTC', '2026-07-01 22:30:15', 'UTC'],
    ['Asia/Kolkata', '2026-07-02 04:00:15', 'GMT+5:30'],
    ['America/New_York', '2026-07-01 18:30:15', 'EDT'],
  ])('%s is what absolute times are in', (zone, time, name) => {
    setPreferences({ zone })
    expect(absoluteTime(at)).toBe(time)
    expect(zoneName(at)).toBe(name)
  })

  test('follows summer time, and keeps the order of the parts at any precision', () => {
    setPreferences({ zone: 'Europe/Berlin' })
    expect(absoluteTime(at, 'minute')).toBe('2026-07-02 00:30')
    expect(absoluteTime(Date.UTC(2026, 0, 1), 'millisecond')).toBe('2026-01-01 01:00:00.000')
    expect(absoluteTime(at, 'millisecond')).toBe('2026-07-02 00:30:15.042')
  })

  test.each([
    ['UTC', '2026-07-01T22:30:15'],
    ['Asia/Kolkata', '2026-07-02T04:00:15'],
    ['Europe/Berlin', '2026-03-29T01:59:59'],
    ['Europe/Berlin', '2026-03-29T03:00:00'],
    ['Europe/Berlin', '2026-10-25T01:59:59'],
    ['Europe/Berlin', '2026-10-25T03:00:00'],
    ['America/New_York', '2026-11-01T00:30:00'],
  ])('%s is what a time that somebody enters is of: %s', (zone, entered) => {
    setPreferences({ zone })
    const instant = instantOf(entered)
    expect(absoluteTime(instant ?? Number.NaN)).toBe(entered.replace('T', ' '))
  })

  test('takes an entry that is no time for none', () => {
    expect(instantOf('')).toBeUndefined()
    expect(instantOf('2026-13-01T00:00')).toBeUndefined()
  })
})
