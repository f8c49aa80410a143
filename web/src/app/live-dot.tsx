import { LoaderCircle, Radio, WifiOff } from 'lucide-react'
import { useLink } from '../api/connection.ts'
import { useNow } from '../ui/now.ts'
import styles from './live-dot.module.css'

/** Whether what is shown follows the server: icon, word and colour. */
export function LiveDot({ iconOnly = false }: { iconOnly?: boolean }) {
  const link = useLink()
  const now = useNow('second')
  const retryAt = link.state === 'live' ? null : link.retryAt
  const seconds = retryAt === null ? null : Math.max(1, Math.ceil((retryAt - now) / 1_000))
  const words = {
    live: 'Live',
    reconnecting: seconds === null ? 'Connecting…' : `Reconnecting in ${seconds} s`,
    offline: 'Offline: changes are off',
  }[link.state]
  // The first moment of each visit: a word that comes and goes would move what stands beside it.
  const isArriving = link.state === 'reconnecting' && seconds === null
  const Icon = { live: Radio, reconnecting: LoaderCircle, offline: WifiOff }[link.state]
  return (
    <span
      className={styles['live']}
      data-state={link.state}
      data-icon-only={iconOnly || isArriving || undefined}
      title={words}
    >
      <Icon size={14} aria-hidden />
      <span className={styles['words']}>{words}</span>
    </span>
  )
}
