import { Link } from '@tanstack/react-router'
import styles from './token-test.module.css'

/** The pages of the tester. */
export function TesterNav() {
  return (
    <nav aria-label="Token tester" className={styles['nav']}>
      <Link to="/tokens/test">Test</Link>
      <Link to="/tokens/traces">Traces</Link>
      <Link to="/tokens/compare">Compare</Link>
      <Link to="/tokens/decode">Decode</Link>
    </nav>
  )
}
