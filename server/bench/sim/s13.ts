import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applicationsApi } from '@signet/shared/api/applications'
import { consoleApi } from '@signet/shared/api/console'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { printRestored, releaseRestore, restore } from '../../src/commands/backup.ts'
import { FakeClock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import { StartupError } from '../../src/platform/signet-error.ts'
import { chanceOf } from '../../test/chance.ts'
import { environmentOf, RestoreWorld, type SimClient } from './restore-world.ts'
import type { SimOptions, Simulation } from './scenario.ts'

const fates = ['kept', 'paused', 'deleted', 'secret removed'] as const
type Fate = (typeof fates)[number]
const released = 'released, no token for those that were:'

type Fault = 'what was taken away is lost' | 'released before anybody asks' | 'the gap is kept quiet'

/** S13: after a restore of a backup that is an hour old nobody who was disabled since gets a token, and the gap is shown. */
export const oldBackup: Simulation = {
  criterion:
    'a backup that is an hour old is restored: no identity disabled since gets a token, none at all before the release, and the gap is shown',
  unit: 'applications',
  sizes: { plain: { size: 24 }, full: { size: 200 }, brief: { size: 8 } },
  faults: {
    'what was taken away is lost': `${released} paused`,
    'released before anybody asks': 'in quarantine nobody gets a token',
    'the gap is kept quiet': 'the gap is shown',
  } satisfies Record<Fault, string>,
  run: restoreOldBackup,
}

async function restoreOldBackup({ verdict, size: clients, seed, fault }: SimOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-restore-'))
  const check = (name: string, passed: boolean) => verdict.check(name, passed)
  let world = await RestoreWorld.start(folder, Date.UTC(2026, 10, 24, 9, 0, 0))
  try {
    const all = await Promise.all(Array.from({ length: clients }, (_, index) => world.addClient(`app-${index}`)))
    check(
      'before: everybody gets a token',
      (await statuses(world, all)).every((status) => status === 200),
    )
    const backup = await world.console.call(consoleApi.makeBackup, { body: {} })
    const fateOf = fatesOf(all, seed)
    const stepMs = Math.floor(hourMs / (clients + 1))
    for (const [client, fate] of fateOf) {
      world.clock.advance(stepMs)
      await meet(world, client, fate)
    }
    const late = await world.addClient('made in the gap')
    world.clock.advance(hourMs - clients * stepMs)
    const refused = await restore(environmentOf(folder), { file: backup.file, isRepeat: false }).catch((error) => error)
    check('onto a server that runs it is refused', refused instanceof StartupError)
    const stoppedAt = world.clock.now()
    await world.stop()
    if (fault === 'what was taken away is lost') forget(folder)
    const done = await restore(environmentOf(folder), { file: backup.file, isRepeat: false }, new FakeClock(stoppedAt))
    const words = fault === 'the gap is kept quiet' ? '' : printRestored(done)
    const gap = [backup.madeAt, stoppedAt].map((at) => new Date(at).toISOString()).join(' to ')
    check(`the gap is shown: ${gap}`, words.includes(gap))

    world = await RestoreWorld.start(folder, stoppedAt + minuteMs)
    if (fault === 'released before anybody asks') await releaseRestore(world.console)
    check(
      'in quarantine nobody gets a token',
      (await statuses(world, [...all, late])).every((status) => status === 503),
    )
    if (fault !== 'released before anybody asks') await releaseRestore(world.console)
    for (const fate of fates) {
      const those = all.filter((client) => fateOf.get(client) === fate)
      const isRight = (status: number) => (fate === 'kept' ? status === 200 : status >= 400 && status < 500)
      const name = fate === 'kept' ? 'released, a token for those that were:' : released
      check(`${name} ${fate} (${those.length})`, those.length > 0 && (await statuses(world, those)).every(isRight))
    }
    check('released: what was made in the gap is unknown', (await world.ask(late)) >= 400)
  } finally {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Equally many of each, at random. */
function fatesOf(clients: readonly SimClient[], seed: number): ReadonlyMap<SimClient, Fate> {
  const chance = chanceOf(seed)
  const drawn = clients.map((client) => ({ client, at: chance() })).sort((one, other) => one.at - other.at)
  return new Map(drawn.map(({ client }, index) => [client, fates[index % fates.length] ?? 'kept']))
}

/** Both places that know what was disabled since the backup: the data that was there, and the anchor file. */
function forget(folder: string): void {
  const { dataDir, anchorFile } = readConfig(environmentOf(folder))
  rmSync(anchorFile)
  for (const end of ['', '-wal', '-shm']) rmSync(join(dataDir, `signet.db${end}`), { force: true })
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
