import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery, type QueryPart } from '@signet/shared/query/query'
import { useEffect, useRef, useState } from 'react'
import { type Offer, wordStart } from './query-offers.ts'

const typingMs = 250

interface Written {
  /** What stands as chips. */
  readonly chips: string
  /** What stands in the field. */
  readonly draft: string
}

interface QueryTextOptions {
  readonly value: string
  readonly fields: readonly FieldSpec[]
  readonly onChange: (value: string) => void
}

/** The text of a filter while it is edited: part of it chips, part of it in the field, or all of it in the field. */
export function useQueryText(options: QueryTextOptions) {
  const { fields } = options
  const { written, setWritten, isText, setText, write, hold } = useWritten(options)
  const { chips, draft } = written
  const finish = (text: string) =>
    write(isText ? { chips: '', draft: text } : { chips: joined(chips, text), draft: '' }, 'now')
  const withPart = (part: QueryPart, text: string) =>
    joined(joined(chips.slice(0, part.from), text), chips.slice(part.to))
  return {
    chips,
    draft,
    isText,
    type: (text: string) => write({ chips, draft: text }, 'soon'),
    commit: () => finish(draft.trim()),
    /** A space ends a term with a field; bare words go on. */
    commitsOnSpace: () => {
      const [part, ...others] = parseQuery(draft, fields).parts
      if (isText || part === undefined || others.length > 0 || part.term?.kind !== 'field') return false
      if (part.to !== draft.length) return false
      finish(draft)
      return true
    },
    pick: (offer: Offer) => {
      const next = `${draft.slice(0, wordStart(draft))}${offer.insert}`
      if (offer.isWhole) finish(isText ? `${next} ` : next)
      else write({ chips, draft: next }, 'soon')
    },
    /** The last chip becomes text again. */
    takeBack: () => {
      const last = parseQuery(chips, fields).parts.at(-1)
      if (last === undefined) return false
      write({ chips: withPart(last, ''), draft: last.text }, 'soon')
      return true
    },
    edit: (part: QueryPart) => write({ chips: joined(withPart(part, ''), draft), draft: part.text }, 'soon'),
    remove: (part: QueryPart) => write({ chips: withPart(part, ''), draft }, 'now'),
    replace: (part: QueryPart, text: string) => write({ chips: withPart(part, text), draft }, 'now'),
    clear: () => write({ chips: '', draft: '' }, 'now'),
    turn: () => {
      const whole = joined(chips, draft)
      setText(!isText)
      setWritten(isText ? { chips: whole, draft: '' } : { chips: '', draft: whole })
    },
    holdBack: () => hold(true),
    letGo: () => {
      hold(false)
      write({ chips, draft }, 'soon')
    },
  }
}

export type QueryText = ReturnType<typeof useQueryText>

/** What is written, and when it is told. */
function useWritten({ value, fields, onChange }: QueryTextOptions) {
  const [isText, setText] = useState(false)
  const [written, setWritten] = useState<Written>({ chips: value, draft: '' })
  const sent = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isComposing = useRef(false)
  useEffect(() => () => clearTimeout(timer.current), [])
  // The address also changes without typing: by going back, or by opening a view.
  useEffect(() => {
    if (value === sent.current) return
    clearTimeout(timer.current)
    sent.current = value
    setWritten(isText ? { chips: '', draft: value } : { chips: value, draft: '' })
  }, [value, isText])

  const send = (next: Written) => {
    const whole = joined(next.chips, next.draft)
    if (whole === sent.current) return
    sent.current = whole
    onChange(whole)
  }
  const write = (next: Written, when: 'now' | 'soon') => {
    setWritten(next)
    clearTimeout(timer.current)
    if (when === 'now') return send(next)
    // Half a term is no filter yet; it is told when it is finished.
    const isReadable = parseQuery(joined(next.chips, next.draft), fields).faults.length === 0
    if (isReadable && !isComposing.current) timer.current = setTimeout(() => send(next), typingMs)
  }
  /** While an input method composes a word, nothing is told. */
  const hold = (on: boolean) => {
    isComposing.current = on
    if (on) clearTimeout(timer.current)
  }
  return { written, setWritten, isText, setText, write, hold }
}

function joined(before: string, after: string): string {
  return `${before.trim()} ${after.trim()}`.trim()
}
