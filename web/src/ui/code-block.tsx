import styles from './code-block.module.css'
import { CopyButton } from './copyable.tsx'
import { visibleLines } from './visible-text.ts'

interface CodeBlockProps {
  code: string
  /** What it is, such as `shell line`; the button is called `Copy shell line`. */
  label: string
}

/** Text to paste somewhere, with a copy button. */
export function CodeBlock({ code, label }: CodeBlockProps) {
  return (
    <figure className={styles['block']} aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className={styles['code']} tabIndex={0}>
        <code>{visibleLines(code)}</code>
      </pre>
      <span className={styles['copy']}>
        <CopyButton value={code} label={label} text="Copy" />
      </span>
    </figure>
  )
}
