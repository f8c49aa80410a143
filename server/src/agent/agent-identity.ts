import { AgentId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import { readCertificate, toPem } from '../platform/crypto/certificate.ts'
import { importPrivateKey } from '../platform/crypto/key-pair.ts'
import { Secret } from '../platform/secret.ts'
import { StartupError } from '../platform/signet-error.ts'
import { agentFiles, loadStored, storeDurably } from './agent-folder.ts'

/** What an agent proves itself with. */
const AgentProof = z.object({
  /** Rises by one with every renewal (SEC-41). */
  generation: z.int(),
  /** Base64 of DER, the leaf first. */
  certificates: z.array(z.string()).min(1),
  /** Base64 of PKCS#8. */
  privateKey: z.string().transform((value) => new Secret(value)),
})
export type AgentProof = z.infer<typeof AgentProof>

/**
 * Who this agent is to the server. Key and certificate lie in one file, so that one rename switches both and no crash
 * can leave a certificate beside the key of another.
 */
const AgentIdentity = AgentProof.extend({
  serverUrl: z.string(),
  /** PEM of the server's CA, pinned at enrolment (SEC-35). */
  caPem: z.string(),
  agentId: AgentId,
  tenantId: TenantId,
  /** Those before, the newest first: a server that was restored from a backup knows one of them and not the newest. */
  previous: z.array(AgentProof),
})
export type AgentIdentity = z.infer<typeof AgentIdentity>

/** @throws StartupError when this folder holds no enrolled agent */
export function loadAgentIdentity(agentDir: string): AgentIdentity {
  const identity = loadStoredIdentity(agentDir)
  if (identity) return identity
  throw new StartupError(
    `no agent is enrolled in ${agentDir}: run signet enroll with a join token from the dashboard, or set SIGNET_AGENT_DIR`,
  )
}

/** Undefined when the folder holds none that can be read. */
export function loadStoredIdentity(agentDir: string): AgentIdentity | undefined {
  return loadStored(agentFiles.identity(agentDir), AgentIdentity)
}

export function storeAgentIdentity(agentDir: string, identity: AgentIdentity): void {
  const previous = identity.previous.map(revealed)
  storeDurably(agentFiles.identity(agentDir), { ...identity, ...revealed(identity), previous })
}

function revealed({ generation, certificates, privateKey }: AgentProof) {
  return { generation, certificates, privateKey: privateKey.reveal() }
}

/** What a TLS client presents: PEM of the chain and of the key. */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

export function clientCertificateOf(identity: Pick<AgentProof, 'certificates' | 'privateKey'>): ClientCertificate {
  const key = importPrivateKey(Buffer.from(identity.privateKey.reveal(), 'base64')).export({
    format: 'pem',
    type: 'pkcs8',
  })
  return { cert: chainPem(identity.certificates), key: key.toString() }
}

function chainPem(certificates: readonly string[]): string {
  return certificates.map((der) => toPem(Buffer.from(der, 'base64'))).join('')
}

/** Epoch milliseconds after which the certificate of the agent is good for renewal only (SEC-44). */
export function expiryOf(identity: AgentIdentity): number {
  return readCertificate(Buffer.from(identity.certificates[0] ?? '', 'base64')).notAfter
}
