import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs the direction rules. A run that saw no module proves nothing, so that fails too. */
const root = fileURLToPath(new URL('..', import.meta.url))
const folders = ['shared/src', 'server/src', 'web/src']
const { stdout, stderr, status } = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.ci/dependency-rules.cjs',
    '--output-type',
    'json',
    ...folders,
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
)
if (status === null || !stdout) {
  process.stderr.write(stderr)
  process.exit(1)
}
const { summary } = JSON.parse(stdout) as {
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] }
}
for (const { rule, from, to } of summary.violations) process.stderr.write(`${rule.name}: ${from} -> ${to}\n`)
process.stdout.write(`direction: ${summary.totalCruised} modules, ${summary.violations.length} violations\n`)
process.exitCode = summary.totalCruised > 0 && summary.violations.length === 0 ? 0 : 1
