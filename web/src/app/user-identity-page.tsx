import { IdentityPage } from '../features/identities/identity-page.tsx'
import { principalParts } from './principal-parts.tsx'

/** The page of a user-assigned identity, with the tabs that other features have for it. */
export function UserIdentityPage() {
  return <IdentityPage parts={principalParts} />
}
