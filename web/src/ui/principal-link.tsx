import { PathLink } from './path-link.tsx'
import { Untrusted } from './untrusted.tsx'

interface PrincipalLinkProps {
  principal: { readonly kind: 'system' | 'user' | 'app'; readonly principalId: string; readonly name: string }
}

/** To where a principal is shown; a system-assigned identity is found by its ID. */
export function PrincipalLink({ principal: { kind, principalId, name } }: PrincipalLinkProps) {
  const home = { system: '/go', user: '/identities', app: '/applications' }[kind]
  return (
    <PathLink path={`${home}/${principalId}`}>
      <Untrusted text={name} />
    </PathLink>
  )
}
