import { isIPv4, isIPv6 } from 'node:net'
import type { AuthenticatedClient } from './client-authentication.ts'
import type { ClientFacts } from './client-facts.ts'
import { type ProvenUse, placeText, type UsedHost } from './usage-place.ts'

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
