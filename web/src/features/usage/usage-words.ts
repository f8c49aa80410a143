import type { UsageCell, UsagePlace, UsedHost } from '@signet/shared/api/usage'
import { visibleText } from '../../ui/visible-text.ts'

/** Where tokens were got for, in words. */
export function placeName(place: UsagePlace | null): string {
  if (place === null) return 'Outside any instance'
  const name = place.name === null ? undefined : visibleText(place.name)
  switch (place.kind) {
    case 'instance':
      return name ?? `Removed instance ${place.id.slice(0, 8)}`
    case 'agent':
      return name === undefined ? `Removed agent ${place.id.slice(0, 8)}` : `Shared host of ${name}`
    case 'federated':
      return `Federated: ${name ?? `removed credential ${place.id.slice(0, 8)}`}`
  }
}

/** From where tokens were got, in words. */
export function hostName(host: UsedHost): string {
  const name = host.name === null ? undefined : visibleText(host.name)
  switch (host.kind) {
    case 'agent':
      return name === undefined ? `Removed agent ${host.id.slice(0, 8)}` : `Agent of ${name}`
    case 'address':
      return host.id
    case 'federated':
      return `Federated: ${name ?? `removed credential ${host.id.slice(0, 8)}`}`
    case 'more':
      return 'Further addresses, not kept apart'
  }
}

export function principalName(principal: UsageCell['principal']): string {
  return principal === null ? 'An identity that is gone' : visibleText(principal.name)
}

export function tokenWords(tokens: number): string {
  return `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`
}
