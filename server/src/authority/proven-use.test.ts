import { CredentialId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { describe, expect, it } from 'vitest'
import type { AuthenticatedClient, Proof } from './client-authentication.ts'
import { noFacts } from './client-facts.ts'
import { useOf } from './proven-use.ts'
import { TestClient } from './testing/test-authority.ts'
import { placeOf } from './usage-place.ts'

const id = CredentialId.parse('01890000-0000-7000-8000-000000000001')
const slotId = SlotId.parse('01890000-0000-7000-8000-000000000002')
const client = await TestClient.make({ nowMs: 0, ec: true })
const credential = { ...client.credential, slotId }
const facts = {
  ...noFacts,
  slots: new Map([[String(slotId), { agentId: 'a', place: 'instance:i', asker: undefined }]]),
}

const proved = (proof: Proof): AuthenticatedClient => ({ principal: client.principal, proof })
const secret = proved({ kind: 'secret', id })
const hostOf = (ip: string | null) => useOf(secret, noFacts, ip).host?.id

describe('what a token was got for, and from where', () => {
  it('is told by the slot of an agent’s certificate, whatever its address', () => {
    const certificate = { kind: 'certificate', id, credential, claims: {}, assertion: '' } as unknown as Proof
    expect(useOf(proved(certificate), facts, '192.0.2.1')).toEqual({
      place: 'instance:i',
      host: { kind: 'agent', id: 'a' },
    })
  })

  it('is the instance of the certificate that a token file was got with, but the address of whoever has the file', () => {
    expect(useOf(proved({ kind: 'token-file', id, credential }), facts, '192.0.2.1')).toEqual({
      place: 'instance:i',
      host: { kind: 'address', id: '192.0.2.1' },
    })
  })

  it('is the federated credential where one was used, since runners have no address of their own', () => {
    const federated = { kind: 'federated', id, trust: {} } as unknown as Proof
    const use = useOf(proved(federated), noFacts, '192.0.2.1')
    expect(use).toEqual({ place: `federated:${id}`, host: { kind: 'federated', id } })
    expect(placeOf(use.place)).toEqual({ kind: 'federated', id })
  })

  it('is nothing but an address for an application', () => {
    expect(useOf(secret, facts, '192.0.2.1')).toEqual({ place: '', host: { kind: 'address', id: '192.0.2.1' } })
    expect(placeOf('')).toBeNull()
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['elsewhere', undefined],
    [null, undefined],
  ])('knows the address %s as %s', (ip, host) => {
    expect(hostOf(ip)).toBe(host)
  })
})
