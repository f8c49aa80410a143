import type { AgentId, ObjectId, RunId, SlotId } from '@signet/shared/vocabulary/identifiers'
import * as identifiers from '@signet/shared/vocabulary/identifiers'
import { contextOf, identityOn, type Stack, TestAgent } from '../../../test/stack.ts'

/** What a scene has to know when it goes on in another process. */
export type Memo = Readonly<Record<string, string>>

/** How one named step comes about. */
export interface Scene {
  /** Everything before the step. */
  readonly arrange: (stack: Stack) => Promise<Memo>
  /** What takes the step, and maybe others with it. */
  readonly act: (stack: Stack, memo: Memo) => Promise<unknown>
  /** How often the step is taken until all is done; once unless said otherwise. */
  readonly times?: number
  /** Whoever acts does so again after any death, not knowing how far it came; an operator looks first. */
  readonly actsAgain: boolean
  /** @returns what is wrong when all is done, beside the invariants */
  readonly ends?: (stack: Stack, memo: Memo) => Promise<string[]>
}

export const ada = contextOf('operator', 'Ada')

export function from(memo: Memo) {
  const text = (name: string): string => {
    const value = memo[name]
    if (value === undefined) throw new Error(`the scene has no ${name}`)
    return value
  }
  return {
    text,
    principalId: (): ObjectId => identifiers.ObjectId.parse(text('principalId')),
    slotId: (): SlotId => identifiers.SlotId.parse(text('slotId')),
    agentId: (): AgentId => identifiers.AgentId.parse(text('agentId')),
    runId: (): RunId => identifiers.RunId.parse(text('runId')),
  }
}

export function agentOf(stack: Stack, memo: Memo): TestAgent {
  return new TestAgent(stack, from(memo).agentId(), Buffer.alloc(0))
}

/** An identity whose first certificate is in use. */
export async function inUse(stack: Stack, name = 'web-01'): Promise<Memo> {
  const { agent, slotId, principalId, instance } = await identityOn(stack, name)
  await stack.rotation.scheduler.turn()
  return { slotId, principalId, agentId: agent.id, instanceId: instance.id }
}

/** A rotation was asked for. */
export async function asked(stack: Stack): Promise<Memo> {
  const memo = await inUse(stack)
  await stack.rotation.rollover.rotateNow(ada, from(memo).principalId())
  const run = await stack.store.openRun(from(memo).slotId())
  return { ...memo, runId: run?.id ?? '' }
}

/** The new certificate is in use, the old one in overlap. */
export async function overlapping(stack: Stack): Promise<Memo> {
  const memo = await asked(stack)
  await agentOf(stack, memo).roll(from(memo).slotId())
  return memo
}
