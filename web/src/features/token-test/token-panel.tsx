import type { TestedToken, TokenTest } from '@signet/shared/api/token-tests'
import { useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Card } from '../../ui/card.tsx'
import { CheckList } from '../../ui/check-list.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ClaimTable, type OwnerOf } from './claim-table.tsx'
import { RawToken } from './raw-token.tsx'

const checkNames = {
  signature: 'Signature',
  issuer: 'Issuer',
  audience: 'Audience',
  validity: 'Validity',
  principal: 'Principal',
} as const

const tabs = [
  { value: 'claims', label: 'Claims' },
  { value: 'header', label: 'Header' },
] as const
type TabName = (typeof tabs)[number]['value']

/** A token that was received: the server's verdict, what it says, and the raw token on demand. */
export function TokenPanel({ test, token }: { test: TokenTest; token: TestedToken }) {
  const [tab, setTab] = useState<TabName>('claims')
  const ownerOf = useOwnerOf(test, token)
  return (
    <div className="stack">
      <Card title="Checks">
        <CheckList
          label="Checks by the server"
          items={token.checks.map((check) => ({
            ...check,
            name: checkNames[check.name],
            detail: visibleText(check.detail),
          }))}
        />
      </Card>
      <Card title="Token" actions={<span className="muted mono">fingerprint {visibleText(token.fingerprint)}</span>}>
        <Tabs label="Parts of the token" tabs={tabs} value={tab} onChange={setTab}>
          {tab === 'claims' ? (
            <ClaimTable claims={token.claims} ownerOf={ownerOf} />
          ) : (
            <CodeBlock code={JSON.stringify(token.header, null, 2)} label="token header" />
          )}
        </Tabs>
      </Card>
      {test.revealableUntil !== null && <RawToken test={test} claims={token.claims} />}
    </div>
  )
}

const ownClaims = new Set(['oid', 'sub', 'appid', 'azp', 'xms_mirid'])

/** IDs of the identity lead to its instance, once the server has found that they are its own. */
function useOwnerOf(test: TokenTest, token: TestedToken): OwnerOf {
  const refusal = useRefusal('instances.read')
  const isOwn = token.checks.some((check) => check.name === 'principal' && check.ok)
  return (claim) => (isOwn && refusal === undefined && ownClaims.has(claim) ? test.instance : undefined)
}
