import { generateKeyPairSync } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** The thread behind `generatePrivateKey` for RSA: makes one key and ends. */
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicExponent: 0x1_00_01,
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
})
parentPort?.postMessage(privateKey)
