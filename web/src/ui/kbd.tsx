import { Fragment } from 'react'
import { keyWords } from './commands.ts'
import styles from './kbd.module.css'

/** Keys as they are written on the keyboard; a sequence has `then` between its keys. */
export function Kbd({ keys }: { keys: string }) {
  const isSequence = keys.includes(' ')
  return (
    <span className={styles['keys']}>
      {keyWords(keys).map((key, index) => (
        <Fragment key={key}>
          {isSequence && index > 0 && <span className="muted">then</span>}
          <kbd className={styles['kbd']}>{key}</kbd>
        </Fragment>
      ))}
    </span>
  )
}
