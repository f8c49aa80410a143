import {
  type Rollout,
  type RolloutDetail,
  RolloutPlan,
  type RolloutPreview,
  rolloutsApi,
} from '@signet/shared/api/rollouts'
import { fieldIs } from '@signet/shared/query/query-text'
import { RolloutId } from '@signet/shared/vocabulary/identifiers'
import { type RolloutAct, RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import { type Console, json, type Output, wholeNumber } from './console-command.ts'
import { at } from './output.ts'
import { everyPage } from './pages.ts'

const reason = ['--reason <text>', 'for the audit log'] as const

interface Given extends Output {
  readonly reason?: string
}

interface StartOptions extends Given {
  readonly filter?: string
  readonly group?: string
  readonly all?: true
  readonly emergency?: true
  readonly drill?: true
  readonly wave?: string
  readonly pause?: string
  readonly mostFailed?: string
  readonly deadline: string
  readonly yes: boolean
}

/** How each act is usually gone about: an emergency does not wait, and does not stop at an agent that is away. */
const usual = {
  rotate: { wave: '20', pause: '60', mostFailed: '5%' },
  emergency: { wave: '10000', pause: '0', mostFailed: '100%' },
  drill: { wave: '50', pause: '0', mostFailed: '100%' },
} as const satisfies Record<RolloutAct, unknown>

/** `signet rollout …`: many credentials rotate, are revoked and rotate, or are rehearsed, in waves. */
export function addRolloutCommands(rollout: Command, console: Console): void {
  addStart(rollout, console)
  addReading(rollout, console)
  addSteering(rollout, console)
}

function addStart(rollout: Command, { connect, print }: Console): void {
  rollout
    .command('start')
    .description('rotate what instances hold, or what user-assigned identities of a resource group have, in waves')
    .option('--filter <text>', 'instances, as the list filters them')
    .option('--group <name>', 'user-assigned identities of a resource group')
    .option('--all', 'every instance')
    .option('--emergency', 'revoke every certificate of them now, and bring new ones; needs --reason')
    .option('--drill', 'rehearse a rotation with shadow certificates that are trusted for nothing')
    .option('--wave <number>', 'how many at once; 20, in an emergency 10000, of drills 50')
    .option('--pause <seconds>', 'between waves; 60, else none')
    .option('--most-failed <number>', 'halt when more than this many fail, or this share with %; 5%, else never')
    .option('--deadline <seconds>', 'one that is not in use after this has failed', '300')
    .option('--yes', 'do it; without, only what it would come to is printed', false)
    .option(...reason)
    .option(...json)
    .action(async (options: StartOptions) => {
      const act = actOf(options)
      const plan = planOf({ ...usual[act], ...options })
      const body = { act, selection: selectionOf(options), plan, reason: options.reason }
      const client = await connect()
      if (options.yes) return print(await client.call(rolloutsApi.start, { body }), options, detail)
      const preview = await client.call(rolloutsApi.preview, { body })
      return print(preview, options, (numbers) => `${previewed(act, numbers)}\nRepeat it with --yes to start.`)
    })
}

function addReading(rollout: Command, { connect, print }: Console): void {
  rollout
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const client = await connect()
      const all = await everyPage((query) => client.call(rolloutsApi.list, { query }))
      print(all, options, (rows) => rows.map(line).join('\n'))
    })
  rollout
    .command('show <id>')
    .description('one rollout, wave by wave, and what of it has failed')
    .option(...json)
    .action(async (id: string, options: Output) => {
      const client = await connect()
      const params = { rolloutId: idOf(id) }
      const shown = await client.call(rolloutsApi.show, { params })
      const { items: failed } = await client.call(rolloutsApi.items, { params, query: { stage: 'failed' } })
      print({ ...shown, failed }, options, (all) =>
        [detail(all), ...all.failed.map(({ name, detail: why }) => `failed: ${name}: ${why ?? ''}`)].join('\n'),
      )
    })
}

function addSteering(rollout: Command, { connect, print }: Console): void {
  const words = { pause: 'open no further wave', cancel: 'leave what waits as it is, for good' }
  for (const word of ['pause', 'cancel'] as const) {
    rollout
      .command(`${word} <id>`)
      .description(`${words[word]}; the wave under way goes on`)
      .option(...reason)
      .option(...json)
      .action(async (id: string, options: Given) => {
        const given = { params: { rolloutId: idOf(id) }, body: { reason: options.reason } }
        print(await (await connect()).call(rolloutsApi[word], given), options, detail)
      })
  }
  rollout
    .command('resume <id>')
    .description('go on with one that was paused or has halted')
    .option('--retry', 'rotate again what has failed or was rolled back', false)
    .option(...reason)
    .option(...json)
    .action(async (id: string, options: Given & { retry: boolean }) => {
      const given = { params: { rolloutId: idOf(id) }, body: { reason: options.reason, retry: options.retry } }
      print(await (await connect()).call(rolloutsApi.resume, given), options, detail)
    })
  rollout
    .command('rollback <id>')
    .description('put the old certificates back, where they are still accepted')
    .option('--wave <number>', 'of this wave only')
    .option(...reason)
    .option(...json)
    .action(async (id: string, options: Given & { wave?: string }) => {
      const wave = options.wave === undefined ? undefined : wholeNumber('--wave', options.wave)
      const given = { params: { rolloutId: idOf(id) }, body: { reason: options.reason, wave } }
      print(await (await connect()).call(rolloutsApi.rollBack, given), options, detail)
    })
}

/** @throws StartupError where two were given, or who revokes does not say why */
function actOf({ emergency, drill, yes, reason: why = '' }: StartOptions): RolloutAct {
  if (emergency && drill) throw new StartupError('it is an --emergency or a --drill, not both')
  if (!emergency) return drill ? 'drill' : 'rotate'
  if (yes && why.trim() === '') throw new StartupError('--reason is needed: why every certificate is revoked')
  return 'emergency'
}

/** @throws StartupError unless exactly one way to choose was given */
function selectionOf({ filter, group, all }: StartOptions) {
  if ([filter, group, all].filter((given) => given !== undefined).length !== 1) {
    throw new StartupError('say what is to rotate: one of --filter, --group and --all')
  }
  if (group !== undefined) return { list: 'identities' as const, q: fieldIs('group', group) }
  return { list: 'instances' as const, q: filter ?? '' }
}

/** @throws StartupError */
function planOf(given: { wave: string; pause: string; mostFailed: string; deadline: string }): RolloutPlan {
  const { wave, pause, mostFailed, deadline } = given
  const isShare = mostFailed.endsWith('%')
  const parsed = RolloutPlan.safeParse({
    waveSize: wholeNumber('--wave', wave),
    pauseSeconds: wholeNumber('--pause', pause),
    itemSeconds: wholeNumber('--deadline', deadline),
    mostFailed: isShare ? null : wholeNumber('--most-failed', mostFailed),
    mostFailedShare: isShare ? Number(mostFailed.slice(0, -1)) / 100 : null,
  })
  if (parsed.success) return parsed.data
  throw new StartupError(
    '--wave takes 1 to 10000, --pause 0 to 86400, --deadline 10 to 86400, --most-failed a number or 0% to 100%',
  )
}

/** @throws StartupError */
function idOf(text: string): RolloutId {
  const parsed = RolloutId.safeParse(text)
  if (!parsed.success) throw new StartupError('a rollout is named by its ID, as list prints it')
  return parsed.data
}

function previewed(act: RolloutAct, numbers: RolloutPreview): string {
  const { credentials, identities, agents, waves, offline, haltsAfter, skipped, blast } = numbers
  const halts = haltsAfter < credentials ? `; halts when more than ${haltsAfter} fail` : ''
  const away =
    act === 'emergency' ? 'no tokens there until they are back' : 'what they hold fails unless they are back in time'
  return [
    `${credentials} certificates of ${identities} identities on ${agents} agents in ${waves} waves${halts}`,
    ...(blast === null
      ? []
      : [
          `all of them are revoked, on ${blast.instances} instances; last used ${at(blast.lastUsedAt)}`,
          `${blast.live.tokens} tokens are out, the last of which ends at ${at(blast.live.until)}`,
        ]),
    ...(offline > 0 ? [`${offline} agents are not connected: ${away}`] : []),
    ...skipped.map(({ reason: why, count, examples }) => `left out: ${count}: ${why} ${examples.join(', ')}`),
  ].join('\n')
}

function line({ id, act, state, wave, waves, counts }: Rollout): string {
  return [id, act.padEnd(9), state.padEnd(9), `wave ${wave} of ${waves}`, countsText(counts)].join('  ')
}

function detail(rollout: RolloutDetail): string {
  return [
    line(rollout),
    ...(rollout.haltReason === null ? [] : [rollout.haltReason]),
    ...rollout.byWave.map(({ wave, counts }) => `wave ${wave}: ${countsText(counts)}`),
  ].join('\n')
}

function countsText(counts: Rollout['counts']): string {
  return RolloutStage.options.flatMap((stage) => (counts[stage] ? [`${counts[stage]} ${stage}`] : [])).join(', ')
}
