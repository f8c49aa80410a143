import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { readDer } from '../src/platform/crypto/der.ts'
import { given, newCsr } from '../test/stack.ts'

export function newPair(algorithm: KeyAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'p256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2_048 })
}

/** Certificate requests with a key of their own each, as agents send them, made as fast as the machine makes keys. */
export async function newRequests(algorithm: KeyAlgorithm, count: number): Promise<Buffer[]> {
  const [info, signatureAlgorithm] = readDer(await newCsr(algorithm)).children
  const spki = given(info?.children[2])
  const at = given(info).bytes.indexOf(spki.bytes)
  return Array.from({ length: count }, () => {
    const { privateKey, publicKey } = newPair(algorithm)
    const key = publicKey.export({ format: 'der', type: 'spki' })
    if (key.length !== spki.bytes.length) throw new Error('keys of one kind are of one length')
    // Another key in the same request; lengths stay, so that nothing around it changes.
    const signed = Buffer.from(given(info).bytes)
    key.copy(signed, at)
    const signature = sign('sha256', signed, privateKey)
    const bits = node(0x03, Buffer.concat([Buffer.of(0), signature]))
    return node(0x30, Buffer.concat([signed, given(signatureAlgorithm).bytes, bits]))
  })
}

function node(tag: number, content: Buffer): Buffer {
  const length = content.length
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}
