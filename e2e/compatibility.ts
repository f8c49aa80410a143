import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '@playwright/test'
import { deviations } from './clients/deviations.ts'

/**
 * What the tests of `clients` saw, as the table in docs/compatibility.md. A test notes a row once it has proved it; the reporter
 * (compatibility-reporter.ts) gathers the rows of a run and compares them with the file, or writes it.
 */
export interface Row {
  readonly section: Section
  readonly client: string
  readonly version: string
  /** How it was pointed at Signet, or what was wrong on purpose. */
  readonly way: string
  readonly result: string
}

/** The sections of the file in their order: title, words before the table, head of the third column. */
const sections = {
  local: [
    'Managed identities, by local endpoint',
    'Each client in a process of its own asks twice: the token is verified by the published keys and has the claims of the identity; the second comes from the cache of the client.',
    'Dialect',
  ],
  authority: [
    'Applications, at the authority',
    'Each client in a process of its own; the claims of the token are checked.',
    'Proof',
  ],
  services: [
    'Vault and resource manager',
    'Each client in a process of its own, signed in as a managed identity; what it did is read again, on the dashboard too.',
    'Service',
  ],
  relying: ['Relying parties', 'Each library reads the published metadata and keys itself.', 'Configuration'],
  failures: [
    'Wrong programs',
    'The same programs, with one thing wrong. The result is what their client tells them, as the cloud would.',
    'What is wrong',
  ],
} as const

export type Section = keyof typeof sections

export const compatibilityFile = fileURLToPath(new URL('../docs/compatibility.md', import.meta.url))

/** What a test leaves for the reporter. */
export const annotations = { row: 'compatibility', lacking: 'compatibility-lacking' }

/** Called after what the row says was proved. */
export function note(...rows: readonly Row[]): void {
  for (const row of rows) test.info().annotations.push({ type: annotations.row, description: JSON.stringify(row) })
}

/** What this run has not tried, as the summary names it, and the rows it leaves as they are. */
export interface Lacking {
  readonly name: string
  readonly reason: string
  /** The beginning of `client`, or `way`, of those rows. */
  readonly of: { readonly client: string } | { readonly way: string }
}

export function noteLacking(lacking: Lacking): void {
  test.info().annotations.push({ type: annotations.lacking, description: JSON.stringify(lacking) })
}

const keyOf = ({ section, client, way }: Row) => JSON.stringify([section, client, way])

interface Run {
  readonly seen: readonly Row[]
  readonly lacking: readonly Lacking[]
  /** It had every test of the clients, so that a row it could have seen and did not is a row too many. */
  readonly isWhole: boolean
  /** It writes the file. */
  readonly isWriting: boolean
}

/** The rows of the file as they are to be after a run. */
export function mergeRows(filed: readonly Row[], { seen, lacking, isWhole, isWriting }: Run): Row[] {
  const before = new Map(filed.map((row) => [keyOf(row), row]))
  const isKept = (row: Row) =>
    !isWhole || lacking.some(({ of }) => ('way' in of ? row.way === of.way : row.client.startsWith(of.client)))
  const rows = new Map([...before].filter(([, row]) => isKept(row)))
  for (const row of seen) {
    // Debian moves on by itself: what it has is a matter of who writes the file, not of who checks it.
    const known = !isWriting && isOfDebian(row.client) ? before.get(keyOf(row))?.version : undefined
    rows.set(keyOf(row), { ...row, version: known ?? row.version })
  }
  return [...rows.values()]
}

const isOfDebian = (client: string) => /^(azure-identity|azure-keyvault-secrets|msal|PyJWT|az|azidentity) /.test(client)

const head = `# Compatibility

Published clients, unmodified, against Signet: what \`e2e/clients\` proved. This file is written by \`pnpm compatibility\` and compared with
each run of the tests, so it is not edited by hand. Clients for JavaScript are those of npm and never left out; those for Python and Go
and the az CLI come from Debian, where the machine can fetch them. A run that could not says so at its end, and their rows stay.
`

export function renderRows(rows: readonly Row[]): string {
  const parts = Object.entries(sections).map(([section, [title, words, third]]) => {
    const own = rows.filter((row) => row.section === section)
    own.sort((a, b) => a.client.localeCompare(b.client, 'en') || a.way.localeCompare(b.way, 'en'))
    const lines = own.map(({ client, version, way, result }) => `| ${client} | ${version} | ${way} | ${result} |`)
    return [
      `## ${title}`,
      '',
      words,
      '',
      `| Client | Version | ${third} | Result |`,
      '| --- | --- | --- | --- |',
      ...lines,
    ].join('\n')
  })
  const differences = deviations.map(({ what, reason }) => `| ${what} | ${reason} |`)
  const last = ['## Deviations, and what some clients need', '', '| What | Why |', '| --- | --- |', ...differences]
  return `${[head, ...parts.flatMap((part) => [part, '']), ...last].join('\n')}\n`
}

/** The rows of the file as it is; none without a file. */
export function filedRows(): Row[] {
  const text = existsSync(compatibilityFile) ? readFileSync(compatibilityFile, 'utf8') : ''
  return Object.entries(sections).flatMap(([section, [title]]) => {
    const part = text.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
    const lines = part.split('\n').filter((line) => line.startsWith('| '))
    return lines.slice(2).map((line) => {
      const [, client = '', version = '', way = '', result = ''] = line.split('|').map((cell) => cell.trim())
      return { section: section as Section, client, version, way, result }
    })
  })
}
