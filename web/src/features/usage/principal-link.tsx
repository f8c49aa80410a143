import type { UsingPrincipal } from '@signet/shared/api/usage'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** Leads to the page of a principal, which for a system-assigned identity is that of its instance. */
export function principalPath({ kind, principalId, instanceId }: UsingPrincipal, tab?: 'usage'): LinkProps | undefined {
  if (kind === 'user') return { to: '/identities/$principalId/{-$tab}', params: { principalId, tab } }
  if (kind === 'app') return { to: '/applications/$principalId/{-$tab}', params: { principalId, tab } }
  if (instanceId === null) return undefined
  return { to: '/instances/$instanceId/{-$tab}', params: { instanceId, tab } }
}

interface PrincipalLinkProps {
  principal: UsingPrincipal
  tab?: 'usage'
  className?: string | undefined
  children: ReactNode
}

export function PrincipalLink({ principal, tab, className, children }: PrincipalLinkProps) {
  const path = principalPath(principal, tab)
  if (path === undefined) return <>{children}</>
  return (
    <Link {...path} {...(className !== undefined && { className })}>
      {children}
    </Link>
  )
}
