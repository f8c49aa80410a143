import type { TokenTest } from '@signet/shared/api/token-tests'
import type { ProbeStep, ProbeStepsReport } from '@signet/shared/wire/agent-protocol'
import { combineSteps } from './test-steps.ts'

/** One test from its start to its result, and those who watch it. */
export class TestRun {
  readonly #begun: TokenTest
  readonly #authoritySteps: () => readonly ProbeStep[]
  readonly #agentSteps = new Map<number, ProbeStep>()
  readonly #watchers = new Set<() => void>()
  #result: TokenTest | undefined

  /** @param authoritySteps what the authority has seen of it so far */
  constructor(begun: TokenTest, authoritySteps: () => readonly ProbeStep[]) {
    this.#begun = begun
    this.#authoritySteps = authoritySteps
  }

  get isOver(): boolean {
    return this.#result !== undefined
  }

  /** As it stands: the steps so far while it runs. */
  get test(): TokenTest {
    return this.#result ?? { ...this.#begun, steps: this.steps() }
  }

  steps(): ProbeStep[] {
    const agent = [...this.#agentSteps].toSorted(([a], [b]) => a - b).map(([, step]) => step)
    return combineSteps(agent, this.#authoritySteps())
  }

  agentReported({ steps }: ProbeStepsReport): void {
    for (const { index, step } of steps) this.#agentSteps.set(index, step)
    this.changed()
  }

  changed(): void {
    if (!this.#result) for (const watcher of [...this.#watchers]) watcher()
  }

  end(result: TokenTest): void {
    this.#result = result
    for (const watcher of [...this.#watchers]) watcher()
    this.#watchers.clear()
  }

  /** What can be revealed has been, or is gone. */
  tokenGone(): void {
    if (this.#result) this.#result = { ...this.#result, revealableUntil: null }
  }

  /** Calls back after each change, the last time with the result. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
