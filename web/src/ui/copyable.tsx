import { Check, Copy } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { announce } from './announcer.tsx'
import { Breakable } from './breakable.tsx'
import { classNames } from './class-names.ts'
import styles from './copyable.module.css'
import { visibleText } from './visible-text.ts'

const shownMs = 1_500

interface CopyButtonProps {
  value: string
  /** What the value is, such as `principal ID`; the button is called `Copy principal ID`. */
  label: string
  /** Beside the icon. */
  text?: string
  /** What assistive technology is told of, where the label is not that. */
  said?: string
}

/** Copies a value, says so for a moment in place, and once to assistive technology. */
export function CopyButton({ value, label, text, said = label }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
    } catch {
      announce('Copying was refused by the browser')
      return
    }
    setCopied(true)
    announce(`${said} copied`)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setCopied(false), shownMs)
  }
  return (
    <button
      type="button"
      className={classNames(styles['copy'], copied && styles['copied'])}
      aria-label={`Copy ${label}`}
      title={`Copy ${label}`}
      onClick={() => void copy()}
    >
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      {text !== undefined && <span>{copied ? 'Copied' : text}</span>}
    </button>
  )
}

interface CopyableProps {
  value: string
  /** What the value is, such as `principal ID`; the button is called `Copy principal ID`. */
  label: string
  /** How many characters to show; all by default. The whole value is the title. */
  short?: number
}

/** An identifier in monospace with a button that copies it whole. */
export function Copyable({ value, label, short }: CopyableProps) {
  const shown = short === undefined || value.length <= short + 1 ? value : `${value.slice(0, short)}…`
  return (
    <span className={styles['copyable']}>
      <code className={short === undefined ? styles['whole'] : undefined} title={visibleText(value)}>
        <Breakable text={visibleText(shown)} />
      </code>
      <CopyButton value={value} label={label} />
    </span>
  )
}
