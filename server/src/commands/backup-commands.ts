import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import { type Console, json, type Output } from './console-command.ts'

/** `signet backup` of a server that runs, `signet restore` of one that is stopped. */
export function addBackupCommands(program: Command, { connect, print }: Console): void {
  program
    .command('backup')
    .description('make a backup now, sealed and verified; the root key is not in it')
    .option('--to <folder>', 'where to put it; SIGNET_BACKUP_DIR otherwise')
    .option('--list', 'list those there are', false)
    .option(...json)
    .action(async (options: Output & { to?: string; list: boolean }) => {
      const { listBackups, makeBackup, printBackup, printBackups } = await import('./backup.ts')
      const client = await connect()
      if (options.list) return print(await listBackups(client), options, printBackups)
      print(await makeBackup(client, options.to), options, printBackup)
    })
  program
    .command('restore [file]')
    .description('put a backup in the place of the data of a stopped server; no token is issued until --release')
    .option('--again', 'a backup that was restored already', false)
    .option('--accept', 'no backup: go on with data that was put back by other means', false)
    .option('--release', 'of a server that runs: issue tokens again after a restore', false)
    .option(...json)
    .action(
      async (file: string | undefined, options: Output & { again: boolean; accept: boolean; release: boolean }) => {
        const given = [file !== undefined, options.accept, options.release].filter(Boolean)
        if (given.length !== 1) throw new StartupError('give one of: a backup file, --accept, --release')
        const { printReleased, printRestored, releaseRestore, restore } = await import('./backup.ts')
        if (options.release) return print(await releaseRestore(await connect()), options, printReleased)
        print(await restore(process.env, { file, isRepeat: options.again }), options, printRestored)
      },
    )
}
