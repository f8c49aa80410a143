import { SignetError } from '../signet-error.ts'
import { answerCalls } from '../thread.ts'
import { readCertificationRequest } from './certification-request.ts'
import type { ReadAnswer } from './certification-requests.ts'

answerCalls((der: Uint8Array): ReadAnswer => {
  try {
    return { publicKey: readCertificationRequest(Buffer.from(der.buffer, der.byteOffset, der.byteLength)) }
  } catch (error) {
    if (error instanceof SignetError) return { refusal: error.detail }
    throw error
  }
})
