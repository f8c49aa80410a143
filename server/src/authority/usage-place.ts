import { isIPv4, isIPv6 } from 'node:net'
import type { AuthenticatedClient } from './client-authentication.ts'
import type { ClientFacts } from './client-facts.ts'

/**
 * What a token was got for, as far as the request tells: an instance; where an agent serves several that have the identity,
 * the agent; a federated credential; nothing for whoever comes with a secret or a certificate of their own.
 */
export interface UsagePlace {
  readonly kind: 'instance' | 'agent' | 'federated'
  readonly id: string
}

/**
 * From where it was got: the agent whose certificate asked, the federated credential, or a network address. `more` stands for
 * all addresses beyond those that are kept apart.
 */
export interface UsedHost {
  readonly kind: 'agent' | 'address' | 'federated' | 'more'
  readonly id: string
}

/** What is counted of a client that has proved itself, whatever it is answered. */
export interface ProvenUse {
  /** As `placeText` writes it; '' for none. */
  readonly place: string
  readonly host: UsedHost | undefined
}

export function placeText({ kind, id }: UsagePlace): string {
  return `${kind}:${id}`
}

export function placeOf(text: string): UsagePlace | null {
  const [, kind, id] = /^(instance|agent|federated):(.+)$/.exec(text) ?? []
  return kind === undefined || id === undefined ? null : { kind: kind as UsagePlace['kind'], id }
}

/** The slot of the certificate says which agent holds it, and so which instances it may be for. */
export function useOf({ proof }: AuthenticatedClient, facts: ClientFacts, ip: string | null): ProvenUse {
  if (proof.kind === 'federated') {
    return { place: placeText({ kind: 'federated', id: proof.id }), host: { kind: 'federated', id: proof.id } }
  }
  const slotId = 'credential' in proof ? proof.credential.slotId : null
  const found = slotId === null ? undefined : facts.slots.get(slotId)
  const host = proof.kind === 'certificate' && found ? { kind: 'agent' as const, id: found.agentId } : addressOf(ip)
  return { place: found?.place ?? '', host }
}

/** An IPv6 host changes the lower half of its address by itself, so its network stands for it. */
function addressOf(ip: string | null): UsedHost | undefined {
  if (ip === null) return undefined
  const bare = ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIPv4(bare)) return { kind: 'address', id: bare }
  if (!isIPv6(bare)) return undefined
  return { kind: 'address', id: bare === '::1' ? bare : networkOf(bare) }
}

/** The first 64 bits, written as the network they are. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(Math.max(missing, 0)).fill('0'), ...groups(tail ?? '')]
  const network = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':').replace(/(?::0)+$/, '')}::/64`
}
