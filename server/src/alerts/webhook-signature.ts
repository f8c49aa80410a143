import { createHmac, randomBytes } from 'node:crypto'
import { Secret } from '../platform/secret.ts'

const prefix = 'whsec_'
const secretBytes = 32

/** A new secret of a webhook, in the form of the Standard Webhooks specification: `whsec_` and base64. */
export function newWebhookSecret(): Secret {
  return new Secret(`${prefix}${randomBytes(secretBytes).toString('base64')}`)
}

/** What is signed: the ID, the second of the attempt and the body. */
export interface SignedMessage {
  readonly id: string
  readonly timestampSeconds: number
  readonly body: string
}

/** The three headers of the Standard Webhooks specification; a message is signed with each secret that is valid now. */
export function signatureHeaders(message: SignedMessage, secrets: readonly Secret[]): Record<string, string> {
  const { id, timestampSeconds, body } = message
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().slice(prefix.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  }
}
