import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { shellWord } from '../../ui/shell-word.ts'

/** How code on an instance says that it means this identity. */
export function UseIdentity({ identity: { clientId } }: { identity: UserIdentityDetail }) {
  return (
    <Card title="Use it from code">
      <p>On an instance it is attached to, name it by its client ID.</p>
      <CodeBlock code={`export AZURE_CLIENT_ID=${shellWord(clientId)}`} label="shell line for any Azure SDK" />
      <CodeBlock code={`az login --identity --client-id ${shellWord(clientId)}`} label="az command" />
      <CodeBlock code={`new ManagedIdentityCredential({ clientId: '${clientId}' })`} label="JavaScript sample" />
    </Card>
  )
}
