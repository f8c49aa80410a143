import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { type CheckItem, CheckList } from '../../ui/check-list.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { checkInBrowser } from './browser-check.ts'
import { keysOptions } from './token-test-queries.ts'

/** Checks a pasted token with the published keys. The keys are fetched; the token stays here. */
export function PastedTokenCheck({ token, issuer, audience }: { token: string; issuer: unknown; audience: unknown }) {
  const client = useQueryClient()
  const [checks, setChecks] = useState<CheckItem[]>([])
  const check = useMutation({
    mutationFn: async (): Promise<void> => {
      const keySet = await client.fetchQuery(keysOptions)
      const expected = { keySet, issuer, audience: String(audience), now: Date.now() }
      const all = await checkInBrowser(token, expected)
      // A token cannot vouch for its own issuer and audience: only what the keys and the clock tell is shown.
      setChecks(all.filter(({ name }) => name === 'Signature' || name === 'Validity'))
    },
  })
  return (
    <>
      <div>
        <Button busy={check.isPending} onClick={() => check.mutate()}>
          Check with the published keys
        </Button>
      </div>
      {checks.length > 0 && <CheckList label="Checks by this browser" items={checks} />}
      {check.error !== null && <ErrorPanel problem={problemOf(check.error)} />}
    </>
  )
}
