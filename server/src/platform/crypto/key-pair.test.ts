import { describe, expect, it } from 'vitest'
import { generatePrivateKey, importPrivateKey, keyAlgorithmOf } from './key-pair.ts'

describe('a new private key', () => {
  it.each(['rsa2048', 'p256'] as const)('is of the algorithm asked for: %s', async (algorithm) => {
    const key = importPrivateKey(await generatePrivateKey(algorithm))
    expect(keyAlgorithmOf(key)).toBe(algorithm)
    const expected = { rsa2048: { modulusLength: 2_048, publicExponent: 65_537n }, p256: { namedCurve: 'prime256v1' } }
    expect(key.asymmetricKeyDetails).toEqual(expected[algorithm])
  })

  it('is another each time, also when several are made at once', async () => {
    const keys = await Promise.all(Array.from({ length: 3 }, () => generatePrivateKey('rsa2048')))
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3)
  })
})
