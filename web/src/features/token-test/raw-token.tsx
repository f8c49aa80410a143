import type { TokenTest } from '@signet/shared/api/token-tests'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { useStepUp } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type CheckItem, CheckList } from '../../ui/check-list.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { useNow } from '../../ui/now.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SecretValue } from '../../ui/secret-value.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { checkInBrowser } from './browser-check.ts'
import { keysOptions, revealToken } from './token-test-queries.ts'

interface Revealed {
  readonly token: string
  readonly checks: CheckItem[]
}

/** The raw token: hidden until asked for, in this component's memory only, gone when it is left (SEC-19). */
export function RawToken({ test, claims }: { test: TokenTest; claims: Record<string, unknown> }) {
  const [revealed, setRevealed] = useState<Revealed | 'spent'>()
  const reveal = useReveal(test, claims, setRevealed)
  const stepUp = useStepUp(() => reveal.mutate())
  const confirming = hasCode(reveal.error, 'step_up_required')
  return (
    <Card title="Raw token">
      {revealed === 'spent' && (
        <p className="muted">Forgotten. A token can be revealed once; run the test again for another.</p>
      )}
      {revealed === undefined && <Hidden test={test} busy={reveal.isPending} onReveal={() => reveal.mutate()} />}
      {reveal.error !== null && !confirming && <ErrorPanel problem={problemOf(reveal.error)} />}
      {typeof revealed === 'object' && <Shown revealed={revealed} onForget={() => setRevealed('spent')} />}
      <StepUpDialog open={confirming} stepUp={stepUp} onClose={() => reveal.reset()} />
    </Card>
  )
}

function useReveal(test: TokenTest, claims: Record<string, unknown>, onRevealed: (revealed: Revealed) => void) {
  const client = useQueryClient()
  return useMutation({
    // The token goes to the component and nowhere else: what this returned would stay in the mutation cache.
    mutationFn: async (): Promise<void> => {
      const { token } = await revealToken(test.id)
      onRevealed({ token, checks: [] })
      const keySet = await client.fetchQuery(keysOptions)
      const expected = { keySet, issuer: claims['iss'], audience: test.resource, now: Date.now() }
      onRevealed({ token, checks: await checkInBrowser(token, expected) })
    },
  })
}

function Hidden({ test, busy, onReveal }: { test: TokenTest; busy: boolean; onReveal: () => void }) {
  const now = useNow('second')
  const refusal = useRefusal('tokens.reveal')
  const until = test.revealableUntil
  const late = until === null || until <= now ? 'The server has forgotten the token. Run the test again.' : undefined
  return (
    <>
      <p className="muted">
        Hidden: whoever holds it is the identity until it expires. Revealing is possible once and goes to the audit log
        {late === undefined && until !== null && (
          <>
            ; the server forgets it <RelativeTime at={until} />
          </>
        )}
        .
      </p>
      <div>
        <Button icon={<Eye size={14} aria-hidden />} busy={busy} disabledReason={refusal ?? late} onClick={onReveal}>
          Reveal
        </Button>
      </div>
    </>
  )
}

function Shown({ revealed, onForget }: { revealed: Revealed; onForget: () => void }) {
  return (
    <>
      <SecretValue value={revealed.token} label="raw token" startsShown onForget={onForget} />
      {revealed.checks.length > 0 && (
        <>
          <h3>Checked again in this browser, with the published keys</h3>
          <CheckList label="Checks by this browser" items={revealed.checks} />
        </>
      )}
    </>
  )
}
