import { Eye, EyeOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { CodeBlock } from './code-block.tsx'
import { CopyButton } from './copyable.tsx'

/** A value on a screen is seen by whoever passes by. */
const shownMs = 30_000

interface SecretValueProps {
  value: string
  /** What it is, such as `raw token`. */
  label: string
  /** It was asked for to be looked at, rather than to be copied. */
  startsShown?: boolean
  /** Takes the value out of memory. */
  onForget: () => void
}

/**
 * A secret that somebody was given: shown and hidden on demand, copied without being shown, and hidden by itself after half a
 * minute. Whoever holds the value drops it when the page is left; nothing here keeps it.
 */
export function SecretValue({ value, label, startsShown = false, onForget }: SecretValueProps) {
  const [shown, setShown] = useState(startsShown)
  useEffect(() => {
    if (!shown) return
    const timer = setTimeout(() => setShown(false), shownMs)
    return () => clearTimeout(timer)
  }, [shown])
  return (
    <>
      {shown ? (
        value === '' ? (
          <p className="muted">It is empty.</p>
        ) : (
          <CodeBlock code={value} label={label} />
        )
      ) : (
        <p className="mono" data-hidden-value>
          <span aria-hidden>••••••••••••</span> <span className="muted">hidden</span>
        </p>
      )}
      <div className="row">
        <Button
          small
          icon={shown ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
          onClick={() => setShown(!shown)}
        >
          {shown ? 'Hide' : 'Show'}
        </Button>
        {!shown && <CopyButton value={value} label="without showing" text="Copy without showing" said={label} />}
        <Button small onClick={onForget}>
          Forget
        </Button>
      </div>
    </>
  )
}
