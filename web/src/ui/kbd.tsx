import { Fragment } from 'react'
import { classNames } from './class-names.ts'
import { keyWords } from './commands.ts'
import styles from './kbd.module.css'

/**
 * Keys as they are written on the keyboard; a sequence has `then` between its keys.
 * @param props.hint beside a control that does the same: left out where there is hardly a keyboard
 */
export function Kbd({ keys, hint = false }: { keys: string; hint?: boolean }) {
  const isSequence = keys.includes(' ')
  return (
    <span className={classNames(styles['keys'], hint && styles['hint'])}>
      {keyWords(keys).map((key, index) => (
        <Fragment key={key}>
          {isSequence && index > 0 && <span className="muted">then</span>}
          <kbd className={styles['kbd']}>{key}</kbd>
        </Fragment>
      ))}
    </span>
  )
}
