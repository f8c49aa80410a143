/**
 * What one simulation found: it states what it must show, prints its figures, and counts what held and what did not. A
 * figure is one of this run on this machine; only checks decide.
 */
export class Verdict {
  readonly #print: (line: string) => void
  readonly #failures: string[] = []
  #passed = 0

  constructor(print: (line: string) => void = console.log) {
    this.#print = print
  }

  get passed(): number {
    return this.#passed
  }

  /** The names of the checks that did not hold. */
  get failures(): readonly string[] {
    return this.#failures
  }

  /** What must hold, in words, before anything is measured. */
  criterion(text: string): void {
    this.#print(`  must show: ${text}`)
  }

  figure(name: string, value: string | number): void {
    this.#print(`  ${name}: ${typeof value === 'number' ? round(value) : value}`)
  }

  check(what: string, holds: boolean): void {
    if (holds) this.#passed += 1
    else this.#failures.push(what)
    this.#print(`  ${holds ? 'passed' : 'FAILED'}: ${what}`)
  }

  close(): void {
    this.#print(`  ${this.#passed} passed, ${this.#failures.length} failed`)
  }
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1)
}
