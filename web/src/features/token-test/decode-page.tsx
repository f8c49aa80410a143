import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Field, TextArea } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { visibleLines } from '../../ui/visible-text.ts'
import { ClaimTable } from './claim-table.tsx'
import { type Decoded, decodeInput, type FoundId, type Meaning } from './decode-input.ts'
import { LookUp } from './look-up.tsx'
import { PastedTokenCheck } from './pasted-token-check.tsx'
import { TesterNav } from './tester-nav.tsx'
import styles from './token-test.module.css'
import { targetsOptions } from './token-test-queries.ts'

/** Paste and explain: decoded in this page, and gone with it. */
export function DecodePage() {
  useTitle('Decode')
  const [text, setText] = useState('')
  const settled = useDeferredValue(text)
  const decoded = useMemo(() => decodeInput(settled), [settled])
  return (
    <>
      <PageHeader
        title="Decode"
        lead="Paste a token, an error or an ID. It is explained in this browser and sent nowhere."
      />
      <TesterNav />
      <Card title="Paste">
        <Field label="Token, error JSON, AADSTS number or request ID">
          {(control) => (
            <TextArea {...control} rows={8} value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
      </Card>
      <Explained decoded={decoded} />
    </>
  )
}

function Explained({ decoded }: { decoded: Decoded }) {
  switch (decoded.kind) {
    case 'empty':
      return (
        <EmptyState title="Nothing pasted yet">
          <p>Tokens stay in this page’s memory until you leave it.</p>
        </EmptyState>
      )
    case 'token':
      return <Token key={decoded.token} decoded={decoded} />
    case 'error':
      return (
        <Card title={`An error of ${decoded.source}`}>
          <p className={styles['value']}>{visibleLines(decoded.message.slice(0, longestMessage))}</p>
          <MeaningNotice meaning={decoded.meaning} />
          {decoded.ids.map((id) => (
            <Id key={id.value} id={id} />
          ))}
        </Card>
      )
    case 'number':
      return (
        <Card title={`AADSTS${decoded.number}`}>
          <MeaningNotice meaning={decoded.meaning} />
        </Card>
      )
    case 'id':
      return (
        <Card title={idWords[decoded.id.kind]}>
          <Id id={decoded.id} />
        </Card>
      )
    case 'unknown':
      return (
        <Notice tone="warn" title="Not recognised">
          <p>{decoded.why}</p>
        </Notice>
      )
  }
}

const longestMessage = 4_000

const idWords = {
  correlation: 'A request or correlation ID',
  uti: 'The number of a token (uti)',
  kid: 'The ID of a signing key (kid)',
} as const

function Id({ id }: { id: FoundId }) {
  return (
    <div className="stack">
      <Copyable value={id.value} label={idWords[id.kind]} />
      <LookUp key={id.value} id={id} />
    </div>
  )
}

function MeaningNotice({ meaning }: { meaning: Meaning | undefined }) {
  if (meaning === undefined) return <p className="muted">This one is not known here.</p>
  return (
    <Notice tone="info" title={meaning.says}>
      {meaning.mend !== null && <p>{meaning.mend}</p>}
    </Notice>
  )
}

function Token({ decoded }: { decoded: Extract<Decoded, { kind: 'token' }> }) {
  const { header, claims, token, isSigned } = decoded
  const targets = useQuery(targetsOptions({}))
  const ownerOf = (_claim: string, value: unknown) => targets.data?.instances.find((each) => each.clientId === value)
  const { uti } = claims
  const { kid } = header
  return (
    <div className="stack">
      <Card title="Token" actions={isSigned ? null : <StatusBadge tone="bad" word="No signature" />}>
        <ClaimTable claims={claims} ownerOf={ownerOf} />
      </Card>
      <Card title="Header">
        <CodeBlock code={headerText(header)} label="token header" />
      </Card>
      <Card title="Check">
        <PastedTokenCheck token={token} issuer={claims['iss']} audience={claims['aud']} />
        {typeof uti === 'string' && uti.length <= 100 && <LookUp id={{ kind: 'uti', value: uti }} />}
        {typeof uti === 'string' && /^[\w-]{22}$/.test(uti) && (
          <Link to="/tokens/issued/$uti" params={{ uti }}>
            Which certificate minted it
          </Link>
        )}
        {typeof kid === 'string' && kid.length <= 100 && <LookUp id={{ kind: 'kid', value: kid }} />}
      </Card>
    </div>
  )
}

function headerText(header: Record<string, unknown>): string {
  try {
    return JSON.stringify(header, null, 2).slice(0, longestMessage)
  } catch {
    return '(nested too deeply to be shown)'
  }
}
