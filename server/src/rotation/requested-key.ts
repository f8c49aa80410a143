import type { KeyObject } from 'node:crypto'
import { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { keyAlgorithmOf } from '../platform/crypto/key-pair.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { KeyCredential } from '../principals/index.ts'
import type { PolicyRow } from './rotation-policy-store.ts'

/** Only keys that an assertion can be signed with (SEC-72), and of those the one the policy names. */
export function requireAlgorithm(publicKey: KeyObject, policy: PolicyRow): KeyAlgorithm {
  const wanted = KeyAlgorithm.parse(policy.key_alg)
  if (keyAlgorithmOf(publicKey) === wanted) return wanted
  throw new SignetError('csr_refused', `The rotation policy asks for a ${wanted} key.`)
}

/** A key whose certificate is dead cannot be certified again; the agent makes a new one. */
export function stillGood(credential: KeyCredential): KeyCredential {
  if (credential.state === 'revoked' || credential.state === 'retired') {
    throw new SignetError('key_reused', 'The certificate of this key is no longer in use; make a new key.')
  }
  return credential
}
