import { TokenEvidencePage } from '../features/evidence/token-evidence-page.tsx'
import { RevokeTokenButton } from '../features/kill-switch/revoke-tokens.tsx'

/** The evidence of a token, with the button that takes the token back. */
export function WholeTokenEvidencePage() {
  return <TokenEvidencePage revoke={(uti) => <RevokeTokenButton uti={uti} />} />
}
