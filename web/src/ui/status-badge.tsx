import { Ban, Check, Circle, CircleDashed, LoaderCircle, type LucideIcon, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './status-badge.module.css'

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'accent' | 'soft' | 'off' | 'stopped'

const icons: Record<Tone, LucideIcon> = {
  ok: Check,
  warn: TriangleAlert,
  bad: X,
  busy: LoaderCircle,
  accent: Circle,
  soft: CircleDashed,
  off: Circle,
  stopped: Ban,
}

interface StatusBadgeProps {
  tone: Tone
  word: ReactNode
  title?: string | undefined
}

/** A state as icon, word and colour. */
export function StatusBadge({ tone, word, title }: StatusBadgeProps) {
  const Icon = icons[tone]
  return (
    <span className={classNames(styles['badge'], styles[tone])} title={title}>
      <Icon size={12} strokeWidth={2.5} aria-hidden />
      {word}
    </span>
  )
}
