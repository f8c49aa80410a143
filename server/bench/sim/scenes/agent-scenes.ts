import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type AgentId, SlotId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { hourMs } from '@signet/shared/vocabulary/time'
import { agentFiles } from '../../../src/agent/agent-folder.ts'
import { loadAgentIdentity, storeAgentIdentity } from '../../../src/agent/agent-identity.ts'
import { AgentRenewal } from '../../../src/agent/agent-renewal.ts'
import type { CredentialRecord } from '../../../src/agent/credential-file.ts'
import { CredentialSync } from '../../../src/agent/credential-sync.ts'
import { HeldIdentities } from '../../../src/agent/held-identities.ts'
import { createCertificationRequest } from '../../../src/platform/crypto/certificate.ts'
import { generatePrivateKey } from '../../../src/platform/crypto/key-pair.ts'
import { Secret } from '../../../src/platform/secret.ts'
import { agentFacts, contextOf, openSlotOf, type Stack, TestAgent } from '../../../test/stack.ts'
import { type QuietStep, takingStep } from '../crash-steps.ts'
import { ada, from, type Memo, type Scene } from './scene.ts'

const folderOf = (stack: Stack) => join(stack.folder, 'agent')
const certificateOf = (stack: Stack) => Buffer.from(loadAgentIdentity(folderOf(stack)).certificates[0] ?? '', 'base64')

/** An agent with a folder of its own, as `signet enroll` leaves it, whose instance has an identity turned on. */
async function enrolled(stack: Stack): Promise<Memo> {
  const { id } = await stack.resources.register(ada, { name: 'web-01', kind: 'host' })
  const { token } = await stack.enrollment.issueJoinToken(ada, id, 600)
  const key = await generatePrivateKey('p256')
  const csr = (await createCertificationRequest(key, 'agent')).toString('base64')
  const answer = await stack.enrollment.enroll(contextOf('anonymous'), {
    ...{ attestor: 'join_token', evidence: { token }, csr, facts: agentFacts },
  })
  mkdirSync(folderOf(stack), { mode: 0o700 })
  storeAgentIdentity(folderOf(stack), {
    ...{ serverUrl: 'https://localhost:7422', caPem: '', privateKey: new Secret(key.toString('base64')), ...answer },
    tenantId: TenantId.parse(stack.tenantId),
    previous: [],
  })
  await stack.identities.turnOn(ada, id)
  const { principalId } = await stack.resources.require(id)
  return { agentId: answer.agentId, principalId: principalId ?? '' }
}

function stepOf({ pendingKey, prepared }: CredentialRecord): QuietStep {
  if (pendingKey) return 'agent.key_stored'
  return prepared ? 'agent.certificate_stored' : 'agent.certificate_used'
}

const contextOfAgent = (stack: Stack, id: AgentId) => new TestAgent(stack, id, Buffer.alloc(0)).context

/** One life of an agent: it brings its credentials to what the server wants. */
async function settle(stack: Stack): Promise<void> {
  const row = await stack.enrollment.authenticate(certificateOf(stack))
  const { agentId } = loadAgentIdentity(folderOf(stack))
  const { rollover } = stack.rotation
  const held = new HeldIdentities(folderOf(stack), stack.clock)
  const store = held.storeRecord.bind(held)
  held.storeRecord = (record) => takingStep(stepOf(record), () => store(record))
  const sync = async () => {
    const state = await stack.plane.stateOf(row)
    held.apply(state)
    return state
  }
  const credentials = new CredentialSync({
    ...{ held, clock: stack.clock, log: stack.log, onSettled: () => undefined },
    client: {
      sync,
      requestCertificate: async (slotId, { csr }) => {
        const context = contextOfAgent(stack, agentId)
        const { credential, chain } = await rollover.prepare(
          context,
          agentId,
          SlotId.parse(slotId),
          Buffer.from(csr, 'base64'),
        )
        const certificates = [credential.certificate, ...chain].map((der) => der.toString('base64'))
        return { x5tS256: credential.x5tS256, certificates }
      },
      acknowledge: (slotId, { x5tS256 }) =>
        rollover.acknowledge(contextOfAgent(stack, agentId), agentId, SlotId.parse(slotId), x5tS256),
    },
  })
  await credentials.reconcile(await sync())
  credentials.stop()
}

/** The agent uses the one certificate there was ever made for its slot. */
async function settled(stack: Stack, memo: Memo): Promise<string[]> {
  const slot = await openSlotOf(stack, from(memo).principalId())
  const all = await stack.database.read
    .selectFrom('credentials')
    .select(['id', 'x5t_s256'])
    .where('slot_id', '=', slot.id)
    .execute()
  const used = new HeldIdentities(folderOf(stack), stack.clock).record(slot.id)?.active?.x5tS256
  const isRight = all.length === 1 && all[0]?.id === slot.active_credential_id && all[0].x5t_s256 === used
  return isRight ? [] : [`${all.length} certificates, and the agent uses ${used ?? 'none'}`]
}

/** One life of an agent whose own certificate is due. */
async function renew(stack: Stack): Promise<void> {
  const [agentDir, { clock, log }] = [folderOf(stack), stack]
  const identity = loadAgentIdentity(agentDir)
  if (identity.generation > 1) return
  const context = contextOfAgent(stack, identity.agentId)
  await new Promise<void>((resolve) => {
    const renewal: AgentRenewal = new AgentRenewal({
      ...{ agentDir, identity, clock, log, serverNow: () => clock.now() },
      client: {
        renew: (request) =>
          takingStep('agent.renewal_asked', () => stack.enrollment.renew(context, identity.agentId, request)),
        useCertificate: () => takingStep('agent.renewal_stored', () => undefined),
      },
      onRenewed: () => {
        renewal.stop()
        resolve()
      },
    })
    renewal.schedule(clock.now())
    clock.advance(1)
  })
}

/** What the agent has on disk is what the server takes, and no renewal is left over. */
async function renewed(stack: Stack): Promise<string[]> {
  const { generation, state } = await stack.enrollment.authenticate(certificateOf(stack))
  const isRight = generation === 2 && state === 'active' && !existsSync(agentFiles.renewal(folderOf(stack)))
  return isRight ? [] : [`generation ${generation} of an agent that is ${state}`]
}

const settles: Scene = { arrange: enrolled, act: settle, actsAgain: true, ends: settled }
const renews: Scene = {
  arrange: async (stack) => {
    const memo = await enrolled(stack)
    stack.clock.advance(12 * hourMs)
    return memo
  },
  act: renew,
  actsAgain: true,
  ends: renewed,
}

/** On the disk of the agent, by its own code; server and agent die at once. */
export const agentDiskScenes = {
  'agent.key_stored': settles,
  'agent.certificate_stored': settles,
  'agent.certificate_used': settles,
  'agent.renewal_asked': renews,
  'agent.renewal_stored': renews,
} satisfies Record<string, Scene>
