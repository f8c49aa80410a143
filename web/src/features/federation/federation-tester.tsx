import type { FederationCheck, FederationTest } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useMutation } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CheckList } from '../../ui/check-list.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Field, TextArea } from '../../ui/form.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { testToken } from './federation-queries.ts'
import { checkWords } from './federation-words.ts'

/**
 * Paste a token and see what each rule says to it. The token is in this component's memory alone: it goes to Signet,
 * which keeps nothing of it, and is gone when the page is left (SEC-19).
 */
export function FederationTester({ principalId }: { principalId: ObjectId }) {
  const [token, setToken] = useState('')
  const [verdict, setVerdict] = useState<FederationTest>()
  const refusal = useRefusal('tokens.test')
  const test = useMutation({
    // Token and verdict go to the component and nowhere else: what is given to or returned from this would stay in a cache.
    mutationFn: async (): Promise<void> => setVerdict(await testToken(principalId, token.trim())),
    onMutate: () => setVerdict(undefined),
  })
  const { reset } = test
  useForgetOnLeave(() => {
    setToken('')
    setVerdict(undefined)
    reset()
  })
  const missing = refusal ?? (token.trim() === '' ? 'Paste a token first.' : undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing === undefined && !test.isPending) test.mutate()
  }
  return (
    <Card title="Would this token be accepted?">
      <form onSubmit={submit} className="stack">
        <Field
          label="Token of the external issuer"
          hint="It is sent to this Signet server and nowhere else, is not kept, and is forgotten when you leave this page."
        >
          {(control) => <TextArea {...control} value={token} onChange={(event) => setToken(event.target.value)} />}
        </Field>
        <div className="row">
          <Button
            type="submit"
            kind="primary"
            icon={<FlaskConical size={14} aria-hidden />}
            busy={test.isPending}
            disabledReason={missing}
          >
            Test
          </Button>
          {token !== '' && (
            <Button
              onClick={() => {
                setToken('')
                setVerdict(undefined)
                reset()
              }}
            >
              Forget it
            </Button>
          )}
        </div>
      </form>
      {test.error !== null && <ErrorPanel problem={problemOf(test.error)} />}
      {verdict !== undefined && <Verdict verdict={verdict} />}
    </Card>
  )
}

/** A page that is left may be kept by the browser, to be shown again when somebody goes back. */
function useForgetOnLeave(forget: () => void): void {
  useEffect(() => {
    window.addEventListener('pagehide', forget)
    return () => window.removeEventListener('pagehide', forget)
  })
}

function Verdict({ verdict }: { verdict: FederationTest }) {
  const { accepted, aadsts, reason, token, checks, rules } = verdict
  const number = aadsts === null ? '' : ` with AADSTS${aadsts}`
  return (
    <div className="stack">
      <Notice
        tone={accepted ? 'ok' : 'bad'}
        alert
        title={accepted ? 'It would be accepted' : `It would be refused${number}`}
      >
        <p>{visibleText(reason)}</p>
      </Notice>
      {token !== null && <TokenFacts token={token} />}
      <Checks label="Checks of the token and the principal" checks={checks} />
      {rules.map((rule) => (
        <section key={rule.id} aria-label={`Verdict of ${visibleText(rule.name)}`} className="stack">
          <h3 className="row">
            <Untrusted text={rule.name} />
            <StatusBadge tone={rule.accepted ? 'ok' : 'off'} word={rule.accepted ? 'Accepts it' : 'Does not match'} />
          </h3>
          <Checks label={`Checks of ${visibleText(rule.name)}`} checks={rule.checks} />
        </section>
      ))}
    </div>
  )
}

const verdicts = { ok: true, failed: false, skipped: null } as const

function Checks({ label, checks }: { label: string; checks: readonly FederationCheck[] }) {
  if (checks.length === 0) return null
  return (
    <CheckList
      label={label}
      items={checks.map(({ name, verdict, detail }) => ({
        name: checkWords[name],
        ok: verdicts[verdict],
        detail: visibleText(detail),
      }))}
    />
  )
}

function TokenFacts({ token }: { token: NonNullable<FederationTest['token']> }) {
  const times = [
    ['Issued', token.issuedAt],
    ['Not before', token.notBefore],
    ['Expires', token.expiresAt],
  ] as const
  return (
    <Facts>
      <Fact name="Issuer it names">
        <Untrusted text={token.issuer} className="mono" />
      </Fact>
      <Fact name="Subject it names">
        <Untrusted text={token.subject} className="mono" />
      </Fact>
      <Fact name="Audiences it names">
        <Untrusted text={token.audiences.join(', ')} className="mono" />
      </Fact>
      <Fact name="Signed with">
        <Untrusted text={token.algorithm} />
        {token.kid !== null && (
          <>
            , key <Untrusted text={token.kid} className="mono" />
          </>
        )}
      </Fact>
      {times.map(([name, at]) => (
        <Fact key={name} name={name}>
          {at === null ? <None /> : <ExactTime at={at} relative />}
        </Fact>
      ))}
    </Facts>
  )
}
