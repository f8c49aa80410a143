import type { Download } from '@signet/shared/api/contract'
import type { CredentialId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { toPem } from '../platform/crypto/certificate.ts'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { PrincipalRegistry } from '../principals/index.ts'

/** A certificate, which is public, as a PEM file named after its thumbprint. @throws SignetError `not_found` */
export async function certificateFile(
  registry: PrincipalRegistry,
  wanted: { principalId: ObjectId; credentialId: CredentialId },
): Promise<Download> {
  const [credential] = await registry.credentials.byIds([wanted.credentialId])
  if (credential?.principalId !== wanted.principalId) throw new SignetError('not_found', 'No such certificate.')
  const { certificate } = credential
  return {
    fileName: `certificate-${thumbprintHex(certificate).toLowerCase()}.pem`,
    contentType: 'application/x-pem-file',
    chunks: once(toPem(certificate)),
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
