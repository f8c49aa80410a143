import type { ReactNode } from 'react'
import { Fact, Facts } from './facts.tsx'
import { shortAudience } from './last-token.tsx'
import { Notice } from './notice.tsx'
import type { ProblemView } from './problem.ts'
import { ExactTime, RelativeTime } from './relative-time.tsx'
import { Skeleton } from './skeleton.tsx'
import { Untrusted } from './untrusted.tsx'

interface Some<T> {
  readonly total: number
  readonly items: readonly T[]
}

interface Uses {
  readonly audience: string
  readonly tokens: number
}

/** What hangs on a principal, as the server tells it. */
export interface HangingOnView {
  readonly instances: Some<{ readonly id: string; readonly name: string }>
  readonly agents: { readonly total: number; readonly connected: number }
  readonly credentials: number
  readonly grants: Some<{ readonly id: string; readonly role: string; readonly scope: string }>
  readonly appRoles: Some<{ readonly id: string; readonly role: string; readonly audience: string }>
  readonly secrets: Some<{ readonly vault: string; readonly secret: string | null; readonly secrets: number }>
  readonly federations: Some<{ readonly id: string; readonly name: string; readonly issuer: string }>
  readonly clientSecrets: number
  readonly lastUsedAt: number | null
  readonly day: readonly Uses[]
  readonly week: readonly Uses[]
  readonly live: {
    readonly tokens: number
    readonly until: number | null
    readonly audiences: readonly (Uses & { readonly until: number })[]
  }
}

interface HangingOnProps {
  radius: HangingOnView | undefined
  /** Why it is not known. */
  problem: ProblemView | null
}

const mostNamed = 5

/** Everything that hangs on a principal, for who is about to stop it: said before the question can be answered. */
export function HangingOn({ radius, problem }: HangingOnProps) {
  if (problem !== null) {
    return (
      <Notice tone="warn" title="What depends on it could not be looked up">
        <p>{problem.detail}</p>
      </Notice>
    )
  }
  if (radius === undefined) return <Skeleton lines={5} />
  return (
    <>
      <LastUse radius={radius} />
      <Facts>
        <Fact name="Tokens that are out">
          <Live live={radius.live} />
        </Fact>
        <Fact name="Role assignments">
          <Named some={radius.grants} keyOf={({ id }) => id}>
            {({ role, scope }) => (
              <>
                <Untrusted text={role} /> at <Untrusted text={shortScope(scope)} className="mono" />
              </>
            )}
          </Named>
        </Fact>
        <Fact name="Secrets it may read">
          <Named some={radius.secrets} keyOf={({ vault, secret }) => `${vault} ${secret}`}>
            {(each) => <Secret {...each} />}
          </Named>
        </Fact>
        {radius.appRoles.total > 0 && (
          <Fact name="App roles">
            <Named some={radius.appRoles} keyOf={({ id }) => id}>
              {({ role, audience }) => (
                <>
                  <Untrusted text={role} className="mono" /> at <Untrusted text={audience} />
                </>
              )}
            </Named>
          </Fact>
        )}
        {radius.federations.total > 0 && (
          <Fact name="Federated credentials">
            <Named some={radius.federations} keyOf={({ id }) => id}>
              {({ name, issuer }) => (
                <>
                  <Untrusted text={name} /> of <Untrusted text={issuer} className="mono" />
                </>
              )}
            </Named>
          </Fact>
        )}
        <Fact name="Authenticates with">
          {many(radius.credentials, 'certificate')}
          {radius.clientSecrets > 0 && `, ${many(radius.clientSecrets, 'client secret')}`}
        </Fact>
        {radius.instances.total > 0 && (
          <Fact name="Instances">
            <Named some={radius.instances} keyOf={({ id }) => id}>
              {({ name }) => <Untrusted text={name} />}
            </Named>
            <span className="muted">
              {many(radius.agents.total, 'agent')}, {radius.agents.connected} connected
            </span>
          </Fact>
        )}
      </Facts>
    </>
  )
}

function LastUse({ radius: { lastUsedAt, day, week } }: { radius: HangingOnView }) {
  if (lastUsedAt === null) return <p>It was not used yet.</p>
  const uses = day.length > 0 ? day : week
  const sum = uses.reduce((total, { tokens }) => total + tokens, 0)
  if (sum === 0) {
    return (
      <p>
        It was last used <RelativeTime at={lastUsedAt} />.
      </p>
    )
  }
  const named = uses.slice(0, mostNamed)
  return (
    <p>
      It was used in the last {day.length > 0 ? '24 h' : '7 days'}: {many(sum, 'token')}, last{' '}
      <RelativeTime at={lastUsedAt} /> (
      {named.map(({ audience, tokens }, index) => (
        <span key={audience}>
          {index > 0 && ', '}
          {tokens} for <Untrusted text={shortAudience(audience)} />
        </span>
      ))}
      {uses.length > named.length && `, ${uses.length - named.length} more audiences`}).
    </p>
  )
}

function Live({ live: { tokens, until, audiences } }: Pick<HangingOnView, 'live'>) {
  if (until === null) return 'None'
  const some = { total: audiences.length, items: audiences }
  return (
    <>
      {many(tokens, 'token')}, the last ends <ExactTime at={until} relative />
      <Named some={some} keyOf={({ audience }) => audience}>
        {(each) => (
          <>
            {each.tokens} for <Untrusted text={shortAudience(each.audience)} />, until <ExactTime at={each.until} />
          </>
        )}
      </Named>
    </>
  )
}

function Secret({ vault, secret, secrets }: HangingOnView['secrets']['items'][number]) {
  if (secret !== null) return <Untrusted text={`${vault}/${secret}`} />
  return (
    <>
      every secret of <Untrusted text={vault} /> ({secrets})
    </>
  )
}

interface NamedProps<T> {
  some: Some<T>
  keyOf: (item: T) => string
  children: (item: T) => ReactNode
}

function Named<T>({ some: { total, items }, keyOf, children }: NamedProps<T>) {
  if (total === 0) return 'None'
  const shown = items.slice(0, mostNamed)
  return (
    <ul>
      {shown.map((item) => (
        <li key={keyOf(item)}>{children(item)}</li>
      ))}
      {total > shown.length && <li className="muted">and {total - shown.length} more</li>}
    </ul>
  )
}

/** The last two segments say what it is; the rest is where that lies. */
function shortScope(scope: string): string {
  const segments = scope.split('/')
  return segments.length <= 3 ? scope : `…/${segments.slice(-2).join('/')}`
}

function many(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}
