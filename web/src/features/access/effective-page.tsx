import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useSession } from '../../api/session.ts'
import { Card } from '../../ui/card.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import styles from './access.module.css'
import { ActionField, PrincipalField, ScopeField, useAddressText } from './access-fields.tsx'
import { AccessFrame } from './access-frame.tsx'
import { type AskedAccess, principalIdIn, termsOptions } from './access-queries.ts'
import { Explanation } from './explanation.tsx'
import { Holders } from './holders.tsx'

const page = getRouteApi('/signed-in/access/effective')

const questions = [
  { value: 'can', label: 'Can somebody do it there?' },
  { value: 'who', label: 'Who can do it there?' },
] as const
const planes = [
  { value: 'false', label: 'The resource itself' },
  { value: 'true', label: 'The data in it, such as a secret' },
] as const

/** A whole action; the server takes no wildcard here. */
const isAction = (text: string) => /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)+$/.test(text)

/** “Can X do Y on Z?” and “Who can do Y on Z?”; the question is the address. */
export function EffectivePage() {
  const may = useSession()?.permissions.includes('instances.read') !== false
  return (
    <AccessFrame tab="effective">{may ? <Question /> : <ForbiddenPanel permission="instances.read" />}</AccessFrame>
  )
}

function Question() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const change = (next: typeof search) => void navigate({ search: { ...search, ...next }, replace: true })
  const terms = useQuery(termsOptions)
  const [principal, setPrincipal] = useAddressText(search.principal, (next) => change({ principal: next }))
  const [action, setAction] = useAddressText(search.action, (next) => change({ action: next, data: undefined }))
  const [scope, setScope] = useAddressText(search.resource, (next) => change({ resource: next }))
  const known = terms.data?.actions.find((each) => each.action.toLowerCase() === search.action?.toLowerCase())
  const isReady = terms.data !== undefined || terms.isError
  const data = known === undefined ? (search.data ?? 'false') : known.isData ? 'true' : 'false'
  const isWho = search.ask === 'who'
  return (
    <div className="stack">
      <search className={styles['tools']} aria-label="What to ask">
        <Field label="Question">
          {(control) => (
            <Select
              {...control}
              value={isWho ? 'who' : 'can'}
              choices={questions}
              onChange={(next) => change({ ask: next === 'who' ? 'who' : undefined })}
            />
          )}
        </Field>
        {!isWho && (
          <PrincipalField
            label="Who"
            value={principal}
            onChange={(text) => setPrincipal(text, (each) => principalIdIn(each) !== undefined)}
          />
        )}
        <ActionField
          label="May do what"
          value={action}
          hint="Pick an action, or write one of your own roles."
          onChange={(text) => setAction(text, isAction)}
        />
        {search.action !== undefined && known === undefined && isReady && (
          <Field label="Is it about" hint="Nothing here asks for this action, so it is not known.">
            {(control) => (
              <Select {...control} value={data} choices={planes} onChange={(next) => change({ data: next })} />
            )}
          </Field>
        )}
        <ScopeField
          label="Where"
          value={scope}
          hint="Search by name, or paste a resource ID."
          onChange={(text) => setScope(text, (each) => each.startsWith('/'))}
        />
      </search>
      <Card title="Answer">
        {/* What an action is about is looked up first, so that nothing wrong is answered meanwhile. */}
        {isReady ? (
          <Answer
            isWho={isWho}
            principal={search.principal}
            asked={askedOf({ action: search.action, scope: search.resource, data })}
          />
        ) : (
          <Skeleton lines={3} />
        )}
      </Card>
    </div>
  )
}

function Answer(props: { isWho: boolean; principal: string | undefined; asked: AskedAccess | undefined }) {
  const { isWho, asked } = props
  const principalId = principalIdIn(props.principal)
  if (asked === undefined || (!isWho && principalId === undefined)) {
    const who = isWho ? '' : 'a principal, '
    return (
      <p className="muted">Pick {who}an action and a place; the answer stands here, and in the address to be shared.</p>
    )
  }
  if (isWho) return <Holders asked={asked} />
  return principalId && <Explanation principalId={principalId} asked={asked} />
}

function askedOf(of: { action: string | undefined; scope: string | undefined; data: 'true' | 'false' }) {
  const { action, scope, data } = of
  if (action === undefined || !isAction(action) || scope === undefined || !scope.startsWith('/')) return undefined
  return { action, scope, data }
}
