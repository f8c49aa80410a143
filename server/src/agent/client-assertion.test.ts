import { createPublicKey } from 'node:crypto'
import { compactVerify, decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { signAssertion } from './client-assertion.ts'

describe('client assertion', () => {
  it.each([
    ['rsa2048', 'RS256'],
    ['p256', 'ES256'],
  ] as const)('of a %s key verifies as %s', async (algorithm, alg) => {
    const privateKey = importPrivateKey(await generatePrivateKey(algorithm))
    const credential = { privateKey, x5tS256: 'a'.repeat(43), notAfter: 0 }
    const make = () =>
      signAssertion({ credential, clientId: 'client', audience: 'https://issuer', now: 1_700_000_000_999 })
    const assertion = await make()
    const { protectedHeader } = await compactVerify(assertion, createPublicKey(privateKey))
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', 'x5t#S256': 'a'.repeat(43) })
    const { jti, ...claims } = decodeJwt(assertion)
    const times = { nbf: 1_700_000_000, exp: 1_700_000_240 }
    expect(claims).toEqual({ iss: 'client', sub: 'client', aud: 'https://issuer', ...times })
    expect(decodeJwt(await make()).jti).not.toBe(jti)
  })
})
