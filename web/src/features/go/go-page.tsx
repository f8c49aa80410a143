import { longestLookup, type ResolvedHit, resolveApi } from '@signet/shared/api/resolve'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { useEffect } from 'react'
import { call } from '../../api/client.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { kindWords } from '../../api/resolved.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PathLink } from '../../ui/path-link.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './go-page.module.css'

const page = getRouteApi('/signed-in/go/$')
const resolve = call(resolveApi.anything)

/** Leads from an identifier of any kind to the page of what it names; where it names several things, they are offered. */
export function GoPage() {
  const { _splat: given = '' } = page.useParams()
  const text = lookupOf(given).slice(0, longestLookup)
  useTitle('Look-up')
  const router = useRouter()
  const query = useQuery({
    queryKey: ['resolve', text],
    queryFn: ({ signal }) => resolve({ params: { anything: text } }, signal),
    enabled: text !== '',
  })
  const hits = query.data?.items
  const only = hits?.length === 1 ? hits[0]?.path : undefined
  useEffect(() => {
    if (only !== undefined) void router.navigate({ href: only, replace: true })
  }, [only, router])
  if (text === '') return <Nothing text={given} />
  return (
    <>
      <PageHeader title="Look-up" lead={visibleText(text)} />
      <Loadable state={loadStateOf(query)} lines={3}>
        {({ items }) => (items.length === 0 ? <Nothing text={text} /> : only === undefined && <Choices hits={items} />)}
      </Loadable>
    </>
  )
}

/** The router takes the first slash of a resource ID, and the second one of an address, for one too many. */
function lookupOf(given: string): string {
  const text = given.trim()
  if (/^https?:/i.test(text)) return text.replace(/^(https?:)\/*/i, '$1//')
  return text.includes('/') && !text.startsWith('/') ? `/${text}` : text
}

function Choices({ hits }: { hits: readonly ResolvedHit[] }) {
  return (
    <Card title={`${hits.length} things have this identifier`}>
      <ul className={styles['hits']}>
        {hits.map((hit) => (
          <li key={`${hit.kind} ${hit.path}`}>
            <PathLink path={hit.path}>{visibleText(hit.label)}</PathLink>{' '}
            <span className="muted">{kindWords[hit.kind]}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Nothing({ text }: { text: string }) {
  return (
    <EmptyState icon={<SearchX size={20} aria-hidden />} title={`Nothing here is called “${visibleText(text)}”`}>
      <p>
        Looked for: instances by name, ID and resource ID; identities and applications by principal and client ID;
        user-assigned identities by resource ID; audiences by identifier URI and application ID; vaults and secrets by
        name, address and resource ID; certificates by thumbprint (SHA-1, SHA-256) and serial number; rotations, agents,
        signing keys, audit events; requests by request and correlation ID; tokens by <code>uti</code>. What your role
        does not show is not found either.
      </p>
    </EmptyState>
  )
}
