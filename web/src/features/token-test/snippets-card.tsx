import { endpointIn } from '@signet/shared/api/resources'
import type { TestTarget } from '@signet/shared/api/token-tests'
import { useState } from 'react'
import { dialectWords } from '../../api/dialect-words.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { snippetsOf } from './snippets.ts'
import type { TestDraft } from './test-request.ts'

/** The same request from code: every client that knows the dialect, filled in for the instance and audience that are picked. */
export function SnippetsCard({ draft, target }: { draft: TestDraft; target: TestTarget }) {
  const [picked, setPicked] = useState('curl')
  const endpoint = target.endpoints && endpointIn(target.endpoints, draft.dialect)
  if (!endpoint || draft.resource.trim() === '') return null
  const named = draft.selectorName === 'client_id' && draft.selectorValue !== '' ? draft.selectorValue : null
  const snippets = snippetsOf({
    endpoint,
    resource: draft.resource.trim(),
    clientId: named ?? target.clientId,
    picksClient: named !== null,
  })
  const snippet = snippets.find((each) => each.client === picked) ?? snippets[0]
  if (snippet === undefined) return null
  const tabs = snippets.map(({ client }) => ({ value: client, label: client }))
  return (
    <Card title="The same from code" actions={<span className="muted">{dialectWords[draft.dialect]}</span>}>
      <Tabs label="Clients" tabs={tabs} value={snippet.client} onChange={setPicked}>
        <div className="stack">
          {snippet.prepare !== null && (
            <>
              <p className="muted">First, on the instance, in the shell that starts your code:</p>
              <CodeBlock code={snippet.prepare} label="shell line" />
            </>
          )}
          <CodeBlock code={snippet.code} label={`${snippet.client} code`} />
          {snippet.note !== null && <p className="muted">{snippet.note}</p>}
        </div>
      </Tabs>
    </Card>
  )
}
