import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { keyScopes, SigningKeys } from '../../../src/authority/signing-keys.ts'
import { newGuid } from '../../../src/platform/identifiers.ts'
import { contextOf, enrolledInstance, enrollRequest, newCsr, type Stack } from '../../../test/stack.ts'
import { ada, agentOf, from, type Memo, type Scene } from './scene.ts'

const open = (stack: Stack) => SigningKeys.open({ ...stack, scope: keyScopes.tokens, newestLiveKids: () => new Set() })

async function signing(stack: Stack): Promise<Memo> {
  return { kid: (await open(stack)).activeKid }
}

/** The clock stands where a step of the keys is due. */
const keysAfter =
  (...days: number[]) =>
  async (stack: Stack): Promise<Memo> => {
    const memo = await signing(stack)
    for (const [index, length] of days.entries()) {
      stack.clock.advance(length * dayMs)
      if (index < days.length - 1) await open(stack)
    }
    return memo
  }

const none = async (): Promise<Memo> => ({})

/** Of keys that sign tokens. */
const signingKeyScenes = {
  // The first two, and the next one when a key takes over.
  'signing_key.prepared': { arrange: none, act: open, times: 2, actsAgain: true },
  'signing_key.activated': { arrange: keysAfter(90), act: open, actsAgain: true },
  'signing_key.retiring': { arrange: keysAfter(90), act: open, actsAgain: true },
  'signing_key.retired': { arrange: keysAfter(90, 3), act: open, actsAgain: true },
  'signing_key.revoked': {
    arrange: signing,
    act: async (stack, memo) => (await open(stack)).revokeActive(ada, from(memo).text('kid'), 'it leaked'),
    actsAgain: true,
  },
  'signing_key.held': {
    arrange: signing,
    act: async (stack, memo) => (await open(stack)).hold(ada, from(memo).text('kid'), true, undefined),
    actsAgain: true,
  },
  'signing_key.released': {
    arrange: async (stack) => {
      const memo = await signing(stack)
      await (await open(stack)).hold(ada, from(memo).text('kid'), true, undefined)
      return memo
    },
    act: async (stack, memo) => (await open(stack)).hold(ada, from(memo).text('kid'), false, undefined),
    actsAgain: true,
  },
} satisfies Record<string, Scene>

const rollCas = (stack: Stack) => stack.authorities.roll()

/** Of five years: made at half of them, signing from five sixths on; one that has signed nothing retires at once then. */
const casAfter =
  (...days: number[]) =>
  async (stack: Stack): Promise<Memo> => {
    for (const [index, length] of days.entries()) {
      stack.clock.advance(length * dayMs)
      if (index < days.length - 1) await rollCas(stack)
    }
    return {}
  }

const authorityScenes = {
  'authority.ca_prepared': { arrange: casAfter(913), act: rollCas, times: 3, actsAgain: true },
  'authority.ca_activated': { arrange: casAfter(913, 609), act: rollCas, times: 3, actsAgain: true },
  'authority.ca_retiring': { arrange: casAfter(913, 609), act: rollCas, times: 3, actsAgain: true },
  'authority.ca_retired': { arrange: casAfter(913, 609), act: rollCas, times: 3, actsAgain: true },
} satisfies Record<string, Scene>

async function enrolled(stack: Stack): Promise<Memo> {
  const { agent, instance } = await enrolledInstance(stack)
  const csr = (await newCsr()).toString('base64')
  return { agentId: agent.id, instanceId: instance.id, csr, requestId: newGuid() }
}

const renewal =
  (generation: number): Scene['act'] =>
  (stack, memo) => {
    const { text, agentId } = from(memo)
    const request = { csr: text('csr'), requestId: text('requestId'), generation }
    return stack.enrollment.renew(agentOf(stack, memo).context, agentId(), request)
  }

const agentScenes = {
  'agent.enrolled': {
    arrange: async (stack) => {
      const { id } = await stack.resources.register(ada, { name: 'web-01', kind: 'host' })
      const { token } = await stack.enrollment.issueJoinToken(ada, id, 600)
      return { token, csr: (await newCsr()).toString('base64') }
    },
    act: (stack, memo) => {
      const { text } = from(memo)
      const request = enrollRequest(text('token'), Buffer.from(text('csr'), 'base64'))
      return stack.enrollment.enroll(contextOf('anonymous', 'agent'), request)
    },
    actsAgain: true,
  },
  'agent.renewed': {
    arrange: async (stack) => {
      const memo = await enrolled(stack)
      stack.clock.advance(12 * hourMs)
      return memo
    },
    act: renewal(2),
    actsAgain: true,
  },
  'agent.quarantined': { arrange: enrolled, act: renewal(9), actsAgain: false },
  'agent.recovery_approved': {
    arrange: async (stack) => {
      const memo = await enrolled(stack)
      stack.clock.advance(32 * dayMs)
      return memo
    },
    act: (stack, memo) => stack.plane.recovery.approve(ada, from(memo).agentId(), 'it was in a drawer'),
    actsAgain: true,
  },
} satisfies Record<string, Scene>

/** Of everything else that expires: keys that sign tokens, certificate authorities, agents. */
export const keyScenes = { ...signingKeyScenes, ...authorityScenes, ...agentScenes }
