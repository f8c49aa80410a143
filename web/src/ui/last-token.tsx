import { None } from './none.tsx'
import { RelativeTime } from './relative-time.tsx'
import { Untrusted } from './untrusted.tsx'

interface LastTokenProps {
  token: { readonly at: number; readonly audience: string } | null
  /** Stands there when there was none. */
  none?: string
}

/** When somebody last got a token, and for what. */
export function LastToken({ token, none }: LastTokenProps) {
  if (token === null) return none === undefined ? <None /> : <span className="muted">{none}</span>
  return (
    <>
      <RelativeTime at={token.at} /> <Untrusted text={shortAudience(token.audience)} className="muted" />
    </>
  )
}

/** An audience without what every audience has in common. */
export function shortAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/+(\.default)?$/, '')
}
