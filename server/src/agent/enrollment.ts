import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { AgentFacts } from '@signet/shared/wire/agent-protocol'
import { z } from 'zod'
import { type Clock, systemClock } from '../platform/clock.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import { ensurePrivateFolder } from '../platform/data-folder.ts'
import type { Logger } from '../platform/log.ts'
import { Secret } from '../platform/secret.ts'
import { agentFiles, loadStored, removeDurably, storeDurably } from './agent-folder.ts'
import { loadStoredIdentity, storeAgentIdentity } from './agent-identity.ts'
import { ServerClient } from './server-client.ts'
import { fetchServerCa } from './server-trust.ts'

export interface EnrollOptions {
  /** `https://host:port` of the server's listener for agents. */
  readonly serverUrl: string
  /** SHA-256 of the server's CA certificate, hexadecimal. */
  readonly caPin: string
  readonly joinToken: Secret
  readonly agentDir: string
  readonly facts: AgentFacts
  readonly log: Logger
  readonly clock?: Clock
}

/** A key made for a join token whose answer is not stored yet; the token itself is not kept. */
const PendingEnrollment = z.object({ tokenSha256: z.string(), privateKey: z.string() })

/**
 * Makes this machine the agent of an instance. The key is made here, stored first, and never leaves (SEC-34); running it
 * again after a lost answer sends the same key and gets the same certificate.
 *
 * @throws StartupError when the server is not the pinned one (before the token is sent) or the folder is not private
 * @throws SignetError `join_token_refused` and whatever else the server says
 */
export async function enrollAgent(options: EnrollOptions): Promise<{ agentId: string; tenantId: string }> {
  const { agentDir, serverUrl, joinToken } = options
  ensurePrivateFolder(agentDir, 'SIGNET_AGENT_DIR')
  const caPem = await fetchServerCa(serverUrl, options.caPin, options.clock ?? systemClock)
  const privateKey = await pendingKey(agentDir, joinToken)
  const csr = await createCertificationRequest(Buffer.from(privateKey.reveal(), 'base64'), 'signet-agent')
  const client = new ServerClient({ serverUrl, caPem })
  try {
    const answer = await client.enroll({
      attestor: 'join_token',
      evidence: { token: joinToken.reveal() },
      csr: csr.toString('base64'),
      facts: options.facts,
    })
    forgetEarlierAgent(agentDir, answer.agentId)
    storeAgentIdentity(agentDir, { serverUrl, caPem, privateKey, previous: [], ...answer })
    removeDurably(agentFiles.enrollment(agentDir))
    options.log.info({ agentId: answer.agentId, serverUrl }, 'agent enrolled')
    return { agentId: answer.agentId, tenantId: answer.tenantId }
  } finally {
    client.close()
  }
}

/** The key of this join token: the one stored by an earlier attempt, or a new one, stored before anything is sent. */
async function pendingKey(agentDir: string, joinToken: Secret): Promise<Secret> {
  const file = agentFiles.enrollment(agentDir)
  const tokenSha256 = createHash('sha256').update(joinToken.reveal()).digest('hex')
  const earlier = loadStored(file, PendingEnrollment)
  if (earlier?.tokenSha256 === tokenSha256) return new Secret(earlier.privateKey)
  const privateKey = (await generatePrivateKey('p256')).toString('base64')
  storeDurably(file, { tokenSha256, privateKey })
  return new Secret(privateKey)
}

/** Keys, certificates and state of another agent that lived in this folder are of no use to the new one. */
function forgetEarlierAgent(agentDir: string, agentId: string): void {
  const earlier = loadStoredIdentity(agentDir)
  if (!earlier || earlier.agentId === agentId) return
  rmSync(agentFiles.credentials(agentDir), { recursive: true, force: true })
  rmSync(agentFiles.state(agentDir), { force: true })
  removeDurably(agentFiles.renewal(agentDir))
}
