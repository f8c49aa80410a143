import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FullConfig, FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter'
import {
  annotations,
  compatibilityFile,
  filedRows,
  type Lacking,
  mergeRows,
  type Row,
  renderRows,
} from './compatibility.ts'

const isWriting = process.env['SIGNET_E2E_COMPATIBILITY'] === 'write'
const clients = fileURLToPath(new URL('./clients', import.meta.url))

/** Names at the end of a run what it lacked, and fails it when docs/compatibility.md says anything else than the run saw. */
export default class CompatibilityReporter implements Reporter {
  readonly #rows: Row[] = []
  readonly #lacking = new Map<string, Lacking>()
  #hasEveryFile = false

  onBegin(_config: FullConfig, suite: Suite): void {
    const files = new Set(suite.allTests().map(({ location }) => basename(location.file)))
    const all = readdirSync(clients).filter((name) => name.endsWith('.test.ts'))
    this.#hasEveryFile = all.every((name) => files.has(name))
  }

  onTestEnd(_test: TestCase, result: TestResult): void {
    for (const { type, description = '' } of result.annotations) {
      if (type === annotations.row) this.#rows.push(JSON.parse(description) as Row)
      if (type !== annotations.lacking) continue
      const lacking = JSON.parse(description) as Lacking
      this.#lacking.set(JSON.stringify(lacking.of), lacking)
    }
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] } | undefined> {
    const lacking = [...this.#lacking.values()]
    for (const { name, reason } of lacking) process.stdout.write(`Not tried on this machine: ${name} (${reason})\n`)
    const hasPassed = status === 'passed'
    if (!hasPassed && !isWriting) return undefined
    const isWhole = hasPassed && this.#hasEveryFile
    const text = renderRows(mergeRows(filedRows(), { seen: this.#rows, lacking, isWhole, isWriting }))
    if (isWriting) writeFileSync(compatibilityFile, text)
    if (text === readFileSync(compatibilityFile, 'utf8')) return undefined
    process.stdout.write('docs/compatibility.md is not what the clients did: run `pnpm compatibility`\n')
    return { status: 'failed' }
  }
}
