import { Untrusted } from './untrusted.tsx'

interface PrincipalLinkProps {
  principal: { readonly principalId: string; readonly name: string; readonly kind: 'system' | 'user' | 'app' }
}

/** To where a principal is shown; a system-assigned identity is found by its ID. */
export function PrincipalLink({ principal: { kind, principalId, name } }: PrincipalLinkProps) {
  const path = { system: '/go', user: '/identities', app: '/applications' }[kind]
  return (
    <a href={`${path}/${principalId}`}>
      <Untrusted text={name} />
    </a>
  )
}
