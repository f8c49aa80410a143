import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applicationsApi } from '@signet/shared/api/applications'
import { consoleApi } from '@signet/shared/api/console'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { printRestored, releaseRestore, restore } from '../../src/commands/backup.ts'
import { FakeClock } from '../../src/platform/clock.ts'
import { StartupError } from '../../src/platform/signet-error.ts'
import { chanceOf } from '../../test/chance.ts'
import { environmentOf, RestoreWorld, type SimClient } from './restore-world.ts'
import type { SimOptions } from './scenario.ts'

const clients = 24
const fates = ['kept', 'paused', 'deleted', 'secret removed'] as const
type Fate = (typeof fates)[number]

export interface RestoreCheck {
  readonly name: string
  readonly passed: boolean
}

/** S13: after a restore of a backup that is an hour old nobody who was disabled since gets a token, and the gap is shown. */
export async function run({ verdict, seed }: SimOptions): Promise<void> {
  verdict.criterion('no identity disabled since gets a token, none at all before the release, and the gap is shown')
  for (const { name, passed } of await restoreOldBackup(seed)) verdict.check(name, passed)
}

export async function restoreOldBackup(seed: number): Promise<RestoreCheck[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-restore-'))
  const checks: RestoreCheck[] = []
  const check = (name: string, passed: boolean) => checks.push({ name, passed })
  let world = await RestoreWorld.start(folder, Date.UTC(2026, 10, 24, 9, 0, 0))
  try {
    const all = await Promise.all(Array.from({ length: clients }, (_, index) => world.addClient(`app-${index}`)))
    check(
      'before: everybody gets a token',
      (await statuses(world, all)).every((status) => status === 200),
    )
    const backup = await world.console.call(consoleApi.makeBackup, { body: {} })
    const chance = chanceOf(seed)
    const fateOf = new Map(all.map((client): [SimClient, Fate] => [client, fates[Math.floor(chance() * 4)] ?? 'kept']))
    for (const [client, fate] of fateOf) {
      world.clock.advance(minuteMs)
      await meet(world, client, fate)
    }
    const late = await world.addClient('made in the gap')
    world.clock.advance(hourMs - clients * minuteMs)
    const refused = await restore(environmentOf(folder), { file: backup.file, isRepeat: false }).catch((error) => error)
    check('onto a server that runs it is refused', refused instanceof StartupError)
    const stoppedAt = world.clock.now()
    await world.stop()

    const done = await restore(environmentOf(folder), { file: backup.file, isRepeat: false }, new FakeClock(stoppedAt))
    const words = printRestored(done)
    const gap = [backup.madeAt, stoppedAt].map((at) => new Date(at).toISOString()).join(' to ')
    check(`the gap is shown: ${gap}`, words.includes(gap))

    world = await RestoreWorld.start(folder, stoppedAt + minuteMs)
    check(
      'in quarantine nobody gets a token',
      (await statuses(world, [...all, late])).every((status) => status === 503),
    )
    await releaseRestore(world.console)
    for (const fate of fates) {
      const those = all.filter((client) => fateOf.get(client) === fate)
      const isRight = (status: number) => (fate === 'kept' ? status === 200 : status >= 400 && status < 500)
      check(`released: ${those.length} ${fate}`, (await statuses(world, those)).every(isRight))
    }
    check('released: what was made in the gap is unknown', (await world.ask(late)) >= 400)
    return checks
  } finally {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function statuses(world: RestoreWorld, clientsOf: readonly SimClient[]): Promise<number[]> {
  return Promise.all(clientsOf.map((client) => world.ask(client)))
}

async function meet({ console }: RestoreWorld, { application, secretId }: SimClient, fate: Fate): Promise<void> {
  const params = { principalId: application.principalId }
  const act = { params, body: {}, ifMatch: application.version }
  if (fate === 'paused') await console.call(applicationsApi.pause, act)
  if (fate === 'deleted') await console.call(applicationsApi.remove, act)
  if (fate === 'secret removed') await console.call(applicationsApi.removeSecret, { params: { ...params, secretId } })
}
