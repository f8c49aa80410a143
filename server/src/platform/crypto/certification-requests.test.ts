import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createCertificationRequest, spkiS256 } from './certificate.ts'
import { provenKeyOf } from './certification-requests.ts'
import { generatePrivateKey, importPrivateKey } from './key-pair.ts'

describe('certificate requests', () => {
  it('are read beside the main thread, each answered with its own key (SEC-169)', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => generatePrivateKey('p256')))
    const requests = await Promise.all(keys.map((key) => createCertificationRequest(key, 'signet-agent')))
    const read = await Promise.all(requests.map(provenKeyOf))
    const wanted = keys.map((key) => spkiS256(createPublicKey(importPrivateKey(key))))
    expect(read.map(spkiS256)).toEqual(wanted)
  })

  it('that are refused say why, and do not hold up the next (SEC-36)', async () => {
    const good = await createCertificationRequest(await generatePrivateKey('p256'), 'signet-agent')
    const answers = await Promise.allSettled([provenKeyOf(Buffer.from('no DER')), provenKeyOf(good)])
    expect(answers).toMatchObject([{ reason: { code: 'csr_refused' } }, { status: 'fulfilled' }])
    await expect(provenKeyOf(Buffer.alloc(8_193))).rejects.toMatchObject({
      code: 'csr_refused',
      detail: 'The certificate request is refused: it is larger than 8 KiB.',
    })
  })

  it('beyond what can wait are told to come again, and the others are answered (SEC-169)', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 1_100 }, () => provenKeyOf(Buffer.of(1))))
    const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'read'))
    expect(codes.slice(0, 1_000)).toEqual(Array(1_000).fill('csr_refused'))
    expect(codes.slice(1_000)).toEqual(Array(100).fill('unavailable'))
    await expect(provenKeyOf(Buffer.of(1))).rejects.toMatchObject({ code: 'csr_refused' })
  })
})
