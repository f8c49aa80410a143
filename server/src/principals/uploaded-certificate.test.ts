import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, it } from 'vitest'
import { issueSelfSigned, toPem } from '../platform/crypto/certificate.ts'
import { SignetError } from '../platform/signet-error.ts'
import { readUploadedCertificate } from './uploaded-certificate.ts'

const now = Date.parse('2026-11-26T00:00:00Z')
const make = ({ privateKey }: { privateKey: KeyObject }, notAfter = now + 86_400_000) =>
  issueSelfSigned({
    commonName: 'app',
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
    notBefore: now - 1_000,
    notAfter,
  })
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const der = await make(keys)
const read = (text: string) => readUploadedCertificate(text, now)
const reasonOf = (text: string) => {
  try {
    read(text)
    return 'none'
  } catch (error) {
    return error instanceof SignetError && error.code === 'invalid_request' ? error.detail : String(error)
  }
}

it('is read from PEM, with text around it, and from base64 of DER, broken into lines or not', async () => {
  const pem = toPem(der)
  for (const text of [pem, `Bag Attributes\n${pem}\n`, der.toString('base64'), pem.replaceAll(/-----.*-----/g, '')]) {
    expect(read(text)).toMatchObject({ key: 'p256', der })
  }
  const rsa = await make(generateKeyPairSync('rsa', { modulusLength: 3072 }))
  expect(read(toPem(rsa)).key).toBe('rsa3072')
})

it('is refused with a reason when something is wrong with it', async () => {
  const pem = toPem(der)
  const key = keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  expect(reasonOf(`${pem}${key}`)).toMatch(/private key/)
  expect(reasonOf(`${pem}${pem}`)).toMatch(/several/)
  expect(reasonOf(pem.slice(0, 200))).toMatch(/not whole/)
  expect(reasonOf(Buffer.concat([der, Buffer.from('x')]).toString('base64'))).toMatch(/behind|not an X.509/)
  expect(reasonOf('AAAA')).toMatch(/not an X.509/)
  expect(reasonOf('<html>')).toMatch(/neither/)
  expect(reasonOf(Buffer.alloc(9_000).toString('base64'))).toMatch(/8 KiB/)
  expect(reasonOf(toPem(await make(keys, now)))).toMatch(/expired/)
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  expect(reasonOf(toPem(await make(small)))).toMatch(/2048, 3072 or 4096/)
})
