import { type UsageCell, type UsageDetail, type UsageSummary, usageApi } from '@signet/shared/api/usage'
import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { type Console, json, type Output, wholeNumber } from './console-command.ts'
import { principalNamed } from './identity.ts'
import { at } from './output.ts'
import { everyPage } from './pages.ts'

type Wish = Output & { unused?: string; never?: true; newHosts?: true }

/** `signet usage …`: what identities got tokens for, and which got none. */
export function addUsageCommands(program: Command, { connect, print }: Console): void {
  program
    .command('usage [name]')
    .description(
      'what an identity, an application or an instance got tokens for in 90 days; without a name, all of them',
    )
    .option('--unused <days>', 'those that got none for so many days')
    .option('--never', 'those that never got one')
    .option('--new-hosts', 'those that were used from a new host within 30 days')
    .option(...json)
    .action(async (name: string | undefined, options: Wish) => {
      const filter = filterOf(name, options)
      const client = await connect()
      if (name === undefined) print(await usedBy(client, filter), options, summaryLines)
      else {
        const params = { principalId: await principalNamed(client, name) }
        print(await client.call(usageApi.ofPrincipal, { params, query: {} }), options, detailLines)
      }
    })
}

/** @throws StartupError for options that contradict each other */
function filterOf(name: string | undefined, { unused, never, newHosts }: Wish): string {
  const filters = [
    ...(unused === undefined ? [] : [`unused:>${wholeNumber('--unused', unused)}d`]),
    ...(never ? ['last-token:never'] : []),
    ...(newHosts ? ['new-host:<30d'] : []),
  ]
  if (name !== undefined && filters.length > 0) throw new StartupError('give a name, or say which of all, not both')
  return filters.join(' ')
}

function usedBy(client: ConsoleClient, filter: string): Promise<UsageSummary[]> {
  return everyPage((query) => client.call(usageApi.list, { query: { ...query, filter, sort: 'last-token' } }))
}

const kinds = { system: 'instance', user: 'identity', app: 'application' } as const

function summaryLines(all: readonly UsageSummary[]): string {
  const line = ({ name, kind, lastToken, tokens }: UsageSummary) =>
    [name.padEnd(24), kinds[kind].padEnd(11), at(lastToken?.at ?? null).padEnd(24), `${tokens} tokens in 90 days`].join(
      '  ',
    )
  return all.map(line).join('\n') || 'There is none.'
}

function detailLines({ cells, hosts, moreCells }: UsageDetail): string {
  if (cells.length === 0) return 'No token in 90 days.'
  const hostLines = hosts.map(({ kind, id, name, lastAt }) => `  ${kind} ${name ?? id}  last ${at(lastAt)}`)
  return [
    ...cells.map(cellLine),
    ...(moreCells > 0 ? [`and ${moreCells} with fewer tokens`] : []),
    ...(hostLines.length > 0 ? ['used from', ...hostLines] : []),
  ].join('\n')
}

function cellLine({ audience, place, tokens, refused, lastAt }: UsageCell): string {
  const where = place === null ? '-' : (place.name ?? place.id)
  const counts = `${tokens} tokens, ${refused} refused, last ${at(lastAt)}`
  return `${(audience ?? '(refused)').padEnd(40)}  ${where.padEnd(24)}  ${counts}`
}
