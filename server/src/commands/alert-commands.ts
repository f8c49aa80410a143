import { type Alert, alertsApi } from '@signet/shared/api/alerts'
import { type Expiry, ExpiryKind, overviewApi } from '@signet/shared/api/overview'
import { type Delivery, type Webhook, webhooksApi } from '@signet/shared/api/webhooks'
import { AlertKind, AlertState, WebhookEvent } from '@signet/shared/vocabulary/alerts'
import type { Command } from 'commander'
import { SignetError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { type Console, choice, json, type Output, repeated, wholeNumber } from './console-command.ts'
import { at, rows } from './output.ts'

/** `signet alerts …`, `signet expiries` and `signet webhook …`. */
export function addAlertCommands(program: Command, console: Console): void {
  addAlerts(program.command('alerts').description('what somebody should look after'), console)
  program
    .command('expiries')
    .description('everything that expires, the nearest first')
    .option('--kind <kind>', ExpiryKind.options.join(', '))
    .option('--limit <n>', 'how many', '20')
    .option(...json)
    .action(async (options: Output & { kind?: string; limit: string }) => {
      const kind = options.kind === undefined ? undefined : choice(ExpiryKind, '--kind', options.kind)
      const query = { kind, limit: wholeNumber('--limit', options.limit) }
      const { items } = await (await console.connect()).call(overviewApi.expiries, { query })
      console.print(items, options, (all) => all.map(expiryLine).join('\n') || 'Nothing expires.')
    })
  addWebhooks(program.command('webhook').description('programs that are told of alerts'), console)
}

function addAlerts(alerts: Command, { connect, print }: Console): void {
  alerts
    .command('list', { isDefault: true })
    .option('--state <state>', AlertState.options.join(', '), 'open')
    .option('--kind <kind>', AlertKind.options.join(', '))
    .option(...json)
    .action(async (options: Output & { state: string; kind?: string }) => {
      const state = choice(AlertState, '--state', options.state)
      const kind = options.kind === undefined ? undefined : choice(AlertKind, '--kind', options.kind)
      const { items } = await (await connect()).call(alertsApi.list, { query: { state, kind, limit: 200 } })
      print(items, options, (all) => all.map(alertLine).join('\n') || `No alert is ${state}.`)
    })
  alerts
    .command('acknowledge <id>')
    .description('say that somebody looks after it')
    .option('--note <text>', 'what is being done')
    .option(...json)
    .action(async (id: string, options: Output & { note?: string }) => {
      const given = { params: { alertId: id }, body: { note: options.note } }
      print(await (await connect()).call(alertsApi.acknowledge, given), options, alertLine)
    })
}

function addWebhooks(webhook: Command, { connect, print }: Console): void {
  webhook
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(webhooksApi.list, {})
      print(items, options, (all) => all.map(webhookLine).join('\n') || 'No webhook yet.')
    })
  webhook
    .command('add <name>')
    .requiredOption('--url <url>', 'where it is called')
    .option('--event <event>', `${WebhookEvent.options.join(', ')}; can be repeated`, repeated, [])
    .option('--kind <kind>', `only alerts of this kind; can be repeated: ${AlertKind.options.join(', ')}`, repeated, [])
    .option(...json)
    .action(async (name: string, options: Output & { url: string; event: string[]; kind: string[] }) => {
      const events = options.event.map((event) => choice(WebhookEvent, '--event', event))
      const kinds = options.kind.map((kind) => choice(AlertKind, '--kind', kind))
      const body = { name, url: options.url, kinds, ...(events.length > 0 && { events }) }
      print(await (await connect()).call(webhooksApi.add, { body }), options, ({ webhook: added, secret }) =>
        [webhookLine(added), `Its secret, shown this once: ${secret}`].join('\n'),
      )
    })
  webhook
    .command('test <name>')
    .description('send a test message, and say what became of it')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const client = await connect()
      const { id } = await webhookOf(client, name)
      const sent = await client.call(webhooksApi.test, { params: { webhookId: id }, body: {} })
      print(sent, options, ({ id: delivery }) => `Queued as ${delivery}; see: signet webhook deliveries ${name}`)
    })
  webhook
    .command('deliveries <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const client = await connect()
      const params = { webhookId: (await webhookOf(client, name)).id }
      const { items } = await client.call(webhooksApi.deliveries, { params, query: {} })
      print(items, options, (all) => all.map(deliveryLine).join('\n') || 'Nothing was sent yet.')
    })
  webhook
    .command('roll <name>')
    .description('make a new secret; the old one is valid for another 24 hours')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const client = await connect()
      const params = { webhookId: (await webhookOf(client, name)).id }
      print(await client.call(webhooksApi.roll, { params, body: {} }), options, ({ webhook: rolled, secret }) =>
        rows([
          ['new secret, shown this once', secret],
          ['old one valid until', at(rolled.oldSecretUntil)],
        ]),
      )
    })
  webhook
    .command('remove <name>')
    .description('with its deliveries')
    .action(async (name: string) => {
      const client = await connect()
      await client.call(webhooksApi.remove, { params: { webhookId: (await webhookOf(client, name)).id } })
      print(name, {}, () => `${name} is removed.`)
    })
}

async function webhookOf(client: ConsoleClient, name: string): Promise<Webhook> {
  const { items } = await client.call(webhooksApi.list, {})
  const [found, ...more] = items.filter((one) => one.name === name || one.id === name)
  if (!found) throw new SignetError('not_found', `There is no webhook called ${name}.`)
  if (more.length > 0) throw new SignetError('conflict', `Several webhooks are called ${name}: give the ID of one.`)
  return found
}

function alertLine({ id, severity, kind, subject, reason, acknowledged }: Alert): string {
  const who = acknowledged === null ? '' : ` (${acknowledged.by}${acknowledged.note ? `: ${acknowledged.note}` : ''})`
  return `${[id, severity.padEnd(8), kind.padEnd(18), subject.label].join('  ')}: ${reason}${who}`
}

function expiryLine({ kind, name, notAfter, lifeLeft, renewsAt, overdue }: Expiry): string {
  const renewed = renewsAt === null ? 'nothing replaces it' : `renewed ${at(renewsAt)}`
  const left = `${Math.floor(100 * lifeLeft)} % left`
  return [at(notAfter), left.padEnd(10), kind.padEnd(22), name, overdue ? `${renewed} (OVERDUE)` : renewed].join('  ')
}

function webhookLine({ id, name, url, enabled, waiting, dead }: Webhook): string {
  return [id, name.padEnd(20), enabled ? 'enabled ' : 'disabled', `${waiting} waiting, ${dead} dead`, url].join('  ')
}

function deliveryLine({ id, event, state, attempts, status, fault }: Delivery): string {
  return [id, event.padEnd(18), state.padEnd(9), `${attempts} attempts`, status ?? fault ?? '-'].join('  ')
}
