import type { BlastRadius } from '@signet/shared/api/resources'
import type { Drill } from '@signet/shared/api/rotation-acts'
import type { Command } from 'commander'
import { type Console, json, type Output } from './console-command.ts'
import { at, printRotation } from './output.ts'

const reason = ['--reason <text>', 'for the audit log'] as const

interface Given extends Output {
  readonly reason?: string
}

/** `signet rotation …`: acts on one rotation, by its ID, or on one identity, by the name of its instance or its principal ID. */
export function addRotationCommands(rotation: Command, { connect, print }: Console): void {
  for (const [word, words] of [
    ['rollback', 'put the old certificate to use again, and revoke the new one'],
    ['retire', 'end the overlap now: the old certificate is refused at once'],
  ] as const) {
    rotation
      .command(`${word} <rotation-id>`)
      .description(words)
      .option(...reason)
      .option(...json)
      .action(async (id: string, options: Given) => {
        const { rollBack, retireNow } = await import('./rotation.ts')
        const act = word === 'rollback' ? rollBack : retireNow
        print(await act(await connect(), id, options.reason), options, printRotation)
      })
  }
  rotation
    .command('keep <rotation-id>')
    .description('accept the old certificate for longer')
    .requiredOption('--until <time>', 'such as 2031-01-31T12:00:00Z')
    .option(...reason)
    .option(...json)
    .action(async (id: string, options: Given & { until: string }) => {
      const { keepLonger } = await import('./rotation.ts')
      print(await keepLonger(await connect(), id, options.until, options.reason), options, printRotation)
    })
  rotation
    .command('emergency <name>')
    .description('revoke every certificate of an identity now, and bring new ones')
    .option('--yes', 'do it; without, only what depends on the identity is printed', false)
    .option(...reason)
    .option(...json)
    .action(async (name: string, options: Given & { yes: boolean }) => {
      const { blastRadiusOf, revokeAndRotate } = await import('./rotation.ts')
      const client = await connect()
      if (!options.yes) {
        return print(
          await blastRadiusOf(client, name),
          options,
          (radius) => `${radiusWords(radius)}\nRepeat it with --yes and --reason to do it.`,
        )
      }
      print(await revokeAndRotate(client, name, options.reason), options, (runs) => runs.map(printRotation).join('\n'))
    })
  rotation
    .command('drill <name>')
    .description('rehearse a rotation with a shadow certificate that is never trusted for tokens')
    .option('--last', 'only print what the latest one reported', false)
    .option(...json)
    .action(async (name: string, options: Output & { last: boolean }) => {
      const { lastDrills, runDrill } = await import('./rotation.ts')
      const act = options.last ? lastDrills : runDrill
      print(
        await act(await connect(), name),
        options,
        (drills) => drills.map(printDrill).join('\n') || 'Not rehearsed yet.',
      )
    })
}

function radiusWords({ name, instances, agents, credentials, live, lastUsedAt }: BlastRadius): string {
  const away = agents.total - agents.connected
  return [
    `${name}: ${instances.total} instances, ${credentials} certificates would be revoked, last used ${at(lastUsedAt)}`,
    `${live.tokens} tokens are out, the last of which ends at ${at(live.until)}`,
    ...(away > 0 ? [`${away} of ${agents.total} agents are not connected: no tokens there until they are back`] : []),
  ].join('\n')
}

function printDrill({ id, state, steps, actor, startedAt }: Drill): string {
  const head = `drill ${id}: ${state}, started ${at(startedAt)} by ${actor.label}`
  const lines = steps.map(({ name, outcome, durationMs, detail }) =>
    [outcome === 'ok' ? 'ok    ' : 'FAILED', `${durationMs} ms`.padStart(9), name.padEnd(18), detail].join('  '),
  )
  return [head, ...lines].join('\n')
}
