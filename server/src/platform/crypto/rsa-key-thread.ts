import { generateKeyPairSync } from 'node:crypto'
import { answerCalls } from '../thread.ts'

/** The thread behind `generatePrivateKey` for RSA; PKCS#8. */
answerCalls((modulusLength: number): Uint8Array => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength,
    publicExponent: 0x1_00_01,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  return privateKey
})
