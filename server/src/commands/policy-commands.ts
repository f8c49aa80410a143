import type { PolicyPreview, RotationFreeze, StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import type { Command } from 'commander'
import { type Console, json, type Output, repeated } from './console-command.ts'
import { at, rows } from './output.ts'
import { type RuleWords, windowWords } from './policy.ts'

const scope = 'default, kind:KIND, group:NAME, identity:NAME or instance:NAME'
const reason = ['--reason <text>', 'for the audit log'] as const

interface RuleOptions extends Output, RuleWords {
  readonly reason?: string
}

/** `signet policy …`: when credentials roll. */
export function addPolicyCommands(policy: Command, { connect, print }: Console): void {
  policy
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { listPolicies } = await import('./policy.ts')
      print(await listPolicies(await connect()), options, (all) => all.map(line).join('\n'))
    })
  policy
    .command('show <scope>')
    .description(`the policy of ${scope}`)
    .option(...json)
    .action(async (of: string, options: Output) => {
      const { showPolicy } = await import('./policy.ts')
      print(await showPolicy(await connect(), of), options, words)
    })
  withRules(
    policy.command('set <scope>').description(`create or change the policy of ${scope}; what is left out stays`),
  )
    .option(...reason)
    .action(async (of: string, options: RuleOptions) => {
      const { setPolicy } = await import('./policy.ts')
      print(await setPolicy(await connect(), of, options), options, words)
    })
  withRules(
    policy.command('preview <scope>').description('what `set` with the same options would do; nothing is changed'),
  )
    .option('--remove', 'what `remove` would do', false)
    .action(async (of: string, options: RuleOptions & { remove: boolean }) => {
      const { previewPolicy } = await import('./policy.ts')
      print(await previewPolicy(await connect(), of, options), options, previewWords)
    })
  policy
    .command('remove <scope>')
    .description('what it ruled falls to the next less specific one')
    .option(...reason)
    .option(...json)
    .action(async (of: string, options: Output & { reason?: string }) => {
      const { removePolicy } = await import('./policy.ts')
      print(await removePolicy(await connect(), of, options.reason), options, ({ label }) => `Removed: ${label}.`)
    })
}

function withRules(command: Command): Command {
  return command
    .option('--lifetime <duration>', 'how long certificates are valid, such as 90d')
    .option('--rotate-at <percent>', 'of the lifetime: 20 to 90')
    .option('--overlap <duration>', 'how long the old one is accepted beside the new one, such as 24h')
    .option('--jitter <percent>', 'of the lifetime, by which each rolls earlier: 20 to 50')
    .option('--key <algorithm>', 'rsa2048 or p256')
    .option('--per-day <number>', 'most scheduled rotations of a day (UTC), or none')
    .option(
      '--window <window>',
      'when rotations are allowed, such as "0 2 * * * for 2h in Europe/Berlin"',
      repeated,
      [],
    )
    .option('--blackout <window>', 'when they are not, such as "0 0 20 12 * for 14d in UTC"', repeated, [])
    .option('--always', 'take the windows and blackouts away that there are', false)
    .option(...json)
}

/** `signet freeze` and `signet unfreeze`: scheduled rotations wait. */
export function addFreezeCommands(program: Command, { connect, print }: Console): void {
  program
    .command('freeze [until]')
    .description('hold scheduled rotations until then (a time, or a duration such as 48h); without, what is frozen')
    .option('--policy <scope>', `only those of the policy of ${scope}`, 'all')
    .option('--reason <text>', 'shown on every page of the dashboard')
    .option(...json)
    .action(async (until: string | undefined, options: Output & { policy: string; reason?: string }) => {
      const { freeze } = await import('./policy.ts')
      print(await freeze(await connect(), until, options), options, freezeWords)
    })
  program
    .command('unfreeze')
    .description('let rotations go on')
    .option('--policy <scope>', `of the policy of ${scope}`, 'all')
    .option(...reason)
    .option(...json)
    .action(async (options: Output & { policy: string; reason?: string }) => {
      const { unfreeze } = await import('./policy.ts')
      print(await unfreeze(await connect(), options), options, freezeWords)
    })
}

const days = (seconds: number) => `${Number((seconds / 86_400).toFixed(3))} d`
const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`

function line({ scope: of, label, lifetimeSeconds, rotateAt, freeze }: StoredRotationPolicy): string {
  const kind = of.kind === 'instances' ? 'kind' : of.kind
  const end = freeze === null ? [] : [`frozen until ${at(freeze.until)}`]
  return [kind.padEnd(9), label.padEnd(24), days(lifetimeSeconds).padEnd(8), percent(rotateAt), ...end].join('  ')
}

function words(policy: StoredRotationPolicy): string {
  return rows([
    ['policy', policy.label],
    ['lifetime', days(policy.lifetimeSeconds)],
    ['rotates at', `${percent(policy.rotateAt)}, up to ${percent(policy.jitter)} earlier`],
    ['overlap', days(policy.overlapSeconds)],
    ['key', policy.keyAlgorithm],
    ['most in a day', policy.perDayLimit === null ? 'no limit' : String(policy.perDayLimit)],
    ...policy.windows.map((window) => ['window', windowWords(window)] as const),
    ...policy.blackouts.map((window) => ['blackout', windowWords(window)] as const),
    ['frozen', policy.freeze === null ? 'no' : `until ${at(policy.freeze.until)}: ${policy.freeze.reason}`],
  ])
}

function previewWords(preview: PolicyPreview): string {
  const busiest = preview.days.reduce((most, day) => (day.after > most.after ? day : most))
  return rows([
    ['certificates', String(preview.certificates)],
    ['change their time', String(preview.changed)],
    ['roll at once', String(preview.atOnce)],
    ['no window in time', String(preview.overridden)],
    ...(preview.limited === null
      ? []
      : [
          [
            'beyond a day',
            `${preview.limited.postponed} begin later, ${preview.limited.left} wait after 30 days`,
          ] as const,
        ]),
    ['busiest day', busiest.after === 0 ? '-' : `${at(busiest.day).slice(0, 10)} (UTC): ${busiest.after}`],
    ...preview.next.map(({ name, at: when }) => ['next', `${at(when)}  ${name}`] as const),
    ...preview.open.map(({ from, until }) => ['open', `${at(from)} to ${at(until)}`] as const),
  ])
}

function freezeWords(freezes: readonly RotationFreeze[]): string {
  if (freezes.length === 0) return 'Nothing is frozen.'
  return freezes
    .map(({ policyId, until, reason: why, actor }) => `${policyId}  until ${at(until)}  by ${actor.label}: ${why}`)
    .join('\n')
}
