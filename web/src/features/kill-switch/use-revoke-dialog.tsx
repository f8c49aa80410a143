import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { type ReactNode, useState } from 'react'
import { RevokeTokensDialog } from './revoke-tokens.tsx'

interface Meant {
  readonly principalId: ObjectId
  readonly name: string
}

/** For lists, whose rows come and go while somebody is asked. */
export function useRevokeDialog(): { onRevoke: (principal: Meant) => void; dialog: ReactNode } {
  const [meant, setMeant] = useState<Meant>()
  const dialog = meant !== undefined && <RevokeTokensDialog {...meant} onClose={() => setMeant(undefined)} />
  return { onRevoke: setMeant, dialog }
}
