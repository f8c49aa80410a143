import { useSyncExternalStore } from 'react'

/** What lines to paste are written for. */
export const shellNames = ['sh', 'fish', 'powershell', 'dotenv'] as const
export type ShellName = (typeof shellNames)[number]

/** How one person wants the dashboard to look and behave in this browser. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'compact' | 'default' | 'comfortable'
  /** Zone that times are shown in: `browser` for the computer's own, or an IANA name such as `UTC`. */
  readonly zone: string
  /** Whether times in lists are distances from now or exact. */
  readonly times: 'relative' | 'absolute'
  /** Whether single letters act (WCAG 2.1.4); Ctrl K and keys inside of widgets always do. */
  readonly shortcuts: boolean
  readonly rail: 'wide' | 'narrow'
  readonly shell: ShellName
}

const key = 'signet.preferences'
const defaults: Preferences = {
  theme: 'system',
  density: 'default',
  zone: 'browser',
  times: 'relative',
  shortcuts: true,
  rail: 'wide',
  shell: 'sh',
}

/** Whether the browser knows a time zone by this name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** What is stored may be old or broken: whatever does not fit becomes the default. */
export function readPreferences(stored: string | null): Preferences {
  let given: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(stored ?? '{}')
    if (typeof parsed === 'object' && parsed !== null) given = { ...parsed }
  } catch {
    // The defaults hold.
  }
  const oneOf = <V extends string>(value: unknown, values: readonly V[], otherwise: V): V =>
    values.find((each) => each === value) ?? otherwise
  const { zone, shortcuts } = given
  return {
    theme: oneOf(given['theme'], ['system', 'light', 'dark'], defaults.theme),
    density: oneOf(given['density'], ['compact', 'default', 'comfortable'], defaults.density),
    zone: typeof zone === 'string' && (zone === 'browser' || isZone(zone)) ? zone : defaults.zone,
    times: oneOf(given['times'], ['relative', 'absolute'], defaults.times),
    shortcuts: typeof shortcuts === 'boolean' ? shortcuts : defaults.shortcuts,
    rail: oneOf(given['rail'], ['wide', 'narrow'], defaults.rail),
    shell: oneOf(given['shell'], shellNames, defaults.shell),
  }
}

function load(): Preferences {
  try {
    return readPreferences(localStorage.getItem(key))
  } catch {
    return defaults
  }
}

let current = load()
const listeners = new Set<() => void>()

/** Puts the look in force; colours and measures follow by CSS. */
function apply({ theme, density }: Preferences): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset['theme']
  else dataset['theme'] = theme
  if (density === 'default') delete dataset['density']
  else dataset['density'] = density
}

function adopt(next: Preferences): void {
  current = next
  apply(next)
  for (const each of listeners) each()
}

// Another tab of this browser changed them.
window.addEventListener('storage', (event) => {
  if (event.key === key) adopt(readPreferences(event.newValue))
})

export function preferences(): Preferences {
  return current
}

/** Changes some of them, here and in the other tabs, and remembers them. */
export function setPreferences(change: Partial<Preferences>): void {
  adopt({ ...current, ...change })
  rememberPreferences()
}

/** Writes them down again; signing out clears what the browser stored for this address, and they are no secret. */
export function rememberPreferences(): void {
  try {
    localStorage.setItem(key, JSON.stringify(current))
  } catch {
    // A browser that keeps nothing: they hold until the page is left.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences)
}
