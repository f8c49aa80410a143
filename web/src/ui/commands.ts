import { useEffect, useRef, useSyncExternalStore } from 'react'
import { preferences } from './preferences.ts'

/** Something the person can do now, by key, by the palette, or both. */
export interface Command {
  /** Unique among the commands of the page. */
  readonly id: string
  readonly label: string
  /** Heading on the shortcut sheet. */
  readonly group: string
  /**
   * A key (`j`, `/`, `.`, `ArrowDown`), a sequence of two (`g i`), or one with modifiers (`Mod+k`, `Mod+Enter`,
   * `Shift+x`); `Mod` is Ctrl, on Apple's computers Cmd. Absent for what only the palette offers.
   */
  readonly keys?: string
  /** Why it cannot be done; it is then shown with this reason and its key does nothing. */
  readonly refusal?: string | undefined
  /** Whether the palette offers it under Actions; keys that only move around stay out. */
  readonly inPalette?: boolean
  /** Whether it acts in fields too; only for keys with modifiers. */
  readonly everywhere?: boolean
  /** Absent for a key that a widget takes itself while it has the focus: the sheet explains it, nothing else. */
  readonly run?: () => void
}

interface Registration {
  readonly commands: () => readonly Command[]
}

/** The last one wins where two have the same keys: a page over the shell, a dialog over the page. */
let registered: readonly Registration[] = []
let shown: readonly Command[] = []
const listeners = new Set<() => void>()

function refresh(): void {
  shown = registered.flatMap((each) => each.commands())
  for (const each of listeners) each()
}

/** Every command there is at the moment, the shell's first. */
export function useCommands(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
}

/**
 * Offers commands while the component is shown: their keys act, the palette lists them, the shortcut sheet explains
 * them. They may be a new array at each rendering; what they do is always what the last rendering said.
 */
export function useRegisterCommands(commands: readonly Command[]): void {
  const latest = useRef(commands)
  latest.current = commands
  useEffect(() => {
    const registration: Registration = { commands: () => latest.current.map(live) }
    const live = (command: Command): Command =>
      command.run === undefined
        ? command
        : { ...command, run: () => latest.current.find((each) => each.id === command.id)?.run?.() }
    registered = [...registered, registration]
    refresh()
    return () => {
      registered = registered.filter((each) => each !== registration)
      refresh()
    }
  }, [])
  const words = commands.map(({ id, label, keys, refusal }) => `${id}|${label}|${keys}|${refusal}`).join('\n')
  const before = useRef(words)
  useEffect(() => {
    if (before.current === words) return
    before.current = words
    refresh()
  }, [words])
}

/** How long the second key of a sequence may take. */
const sequenceMs = 1_500

/** Listens to the keys of the whole page. @returns stops that */
export function listenToKeys(target: Window = window): () => void {
  let first: { key: string; at: number } | undefined
  let isSecond = false
  /** Comes before the widgets of the page, which would take the second key of a sequence for one of their own. */
  const onSecondKey = (event: KeyboardEvent) => {
    if (isOfInputMethod(event) || isModifier(event.key)) return
    const prefix = first !== undefined && event.timeStamp - first.at < sequenceMs ? first.key : undefined
    first = undefined
    isSecond = prefix !== undefined
    const command = isSecond && isPlain(event) ? commandOf(`${prefix} ${event.key}`) : undefined
    if (command === undefined || !mayActAlone(event)) return
    event.stopImmediatePropagation()
    act(event, command)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isOfInputMethod(event)) return
    const command = commandFor(event)
    if (command !== undefined && (isModified(command) || !isSecond)) return act(event, command)
    if (isPlain(event) && mayActAlone(event) && startsSequence(event.key))
      first = { key: event.key, at: event.timeStamp }
  }
  target.addEventListener('keydown', onSecondKey, true)
  target.addEventListener('keydown', onKeyDown)
  return () => {
    target.removeEventListener('keydown', onSecondKey, true)
    target.removeEventListener('keydown', onKeyDown)
  }
}

function act(event: KeyboardEvent, command: Command): void {
  event.preventDefault()
  if (command.refusal === undefined && (!event.repeat || repeats(command))) command.run?.()
}

function isOfInputMethod(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

/** The last one that has these keys and acts on them. */
function commandOf(keys: string): Command | undefined {
  return shown.findLast((command) => command.keys === keys && command.run !== undefined)
}

function isModified({ keys = '' }: Command): boolean {
  return keys.includes('+') && keys !== '+'
}

function commandFor(event: KeyboardEvent): Command | undefined {
  const modified = commandOf(pressed(event))
  if (modified !== undefined && isModified(modified)) {
    return modified.everywhere === true || mayActAlone(event) ? modified : undefined
  }
  return isPlain(event) && mayActAlone(event) ? commandOf(event.key) : undefined
}

/** The key with its modifiers, as commands write it. */
function pressed(event: KeyboardEvent): string {
  const isApple = /Mac|iPhone|iPad/.test(navigator.platform)
  const mod = isApple ? event.metaKey : event.ctrlKey
  const other = isApple ? event.ctrlKey : event.metaKey
  if (other) return ''
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return [mod && 'Mod', event.altKey && 'Alt', event.shiftKey && 'Shift', key].filter(Boolean).join('+')
}

/** No modifier but Shift, which signs such as `?` need on some keyboards. */
function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey
}

function isModifier(key: string): boolean {
  return ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock'].includes(key)
}

function startsSequence(key: string): boolean {
  return shown.some((command) => command.keys?.startsWith(`${key} `) === true)
}

/** Moving along a list may go on while the key is held; acts never do. */
function repeats(command: Command): boolean {
  return command.inPalette !== true
}

/** Places that take keys for themselves: fields, and widgets in which letters look things up. */
const taken =
  'input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, select, [contenteditable=""], [contenteditable="true"], [role="textbox"], [role="combobox"], [role="listbox"], [role="menu"], [role="menubar"], [role="tree"]'

/** A dialog that has the page to itself; messages and side panels say that they are not. */
const modal = ':is([role="dialog"], [role="alertdialog"]):not([aria-modal="false"])'

/** Whether a key without modifiers may act: not when the person switched that off, types, or has a dialog before them. */
function mayActAlone(event: KeyboardEvent): boolean {
  if (!preferences().shortcuts) return false
  const [origin] = event.composedPath()
  if (origin instanceof Element && origin.closest(taken) !== null) return false
  return document.querySelector(modal) === null
}

/** The keys in words, for the sheet and the palette: `Ctrl K`, `g then i`. */
export function keyWords(keys: string): string[] {
  const isApple = /Mac|iPhone|iPad/.test(navigator.platform)
  const names: Record<string, string> = { Mod: isApple ? '⌘' : 'Ctrl', Enter: '↵', ArrowDown: '↓', ArrowUp: '↑' }
  return keys
    .split(/[+ ](?=.)/)
    .map((key) => names[key] ?? (keys.includes('+') && key.length === 1 ? key.toUpperCase() : key))
}
