import { type GroupActResult, resourceGroupsApi } from '@signet/shared/api/resource-groups'
import { resourcesApi } from '@signet/shared/api/resources'
import { type Propagation, type PropagationState, revocationsApi } from '@signet/shared/api/revocations'
import type { Command } from 'commander'
import { SignetError } from '../platform/signet-error.ts'
import { type Console, json, type Output } from './console-command.ts'
import { principalNamed } from './identity.ts'
import { showInstance } from './instance.ts'
import { at, printInstance, rows } from './output.ts'

interface Asked extends Output {
  readonly reason?: string
}

const reasonOption = ['--reason <text>', 'goes to the audit log'] as const

/** `signet instance pause|resume`: the system-assigned identity of one instance. */
export function addInstanceStops(instance: Command, { connect, print }: Console): void {
  for (const verb of ['pause', 'resume'] as const) {
    instance
      .command(`${verb} <name>`)
      .description(verb === 'pause' ? 'refuse its tokens at once and keep everything else' : 'give out tokens again')
      .option(...reasonOption)
      .option(...json)
      .action(async (name: string, { reason, ...options }: Asked) => {
        const client = await connect()
        const { identity } = await showInstance(client, name)
        if (!identity) throw new SignetError('conflict', `The identity of ${name} is off; there is nothing to ${verb}.`)
        const given = { params: { principalId: identity.principalId }, body: { reason } }
        if (verb === 'resume') return print(await client.call(resourcesApi.resume, given), options, printInstance)
        const paused = await client.call(resourcesApi.pause, given)
        print(paused, options, (shown) => [printInstance(shown), told(shown.propagation)].join('\n'))
      })
  }
}

/** `signet group …`, `signet tokens …` and `signet propagation`: stopping many, and what has come of it. */
export function addStopCommands(program: Command, console: Console): void {
  addGroups(program.command('group').description('every identity of a resource group at once'), console)
  addTokens(program.command('tokens').description('tokens that end before their time'), console)
  const { connect, print } = console
  program
    .command('propagation <identity>')
    .description('how far the last act has come that took tokens from an identity, an application or an instance')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const client = await connect()
      const params = { principalId: await principalNamed(client, name) }
      const { propagation } = await client.call(revocationsApi.propagation, { params })
      print(propagation, options, printPropagation)
    })
}

function addGroups(group: Command, { connect, print }: Console): void {
  group
    .command('show <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const standing = await (await connect()).call(resourceGroupsApi.show, { params: { name } })
      print(standing, options, ({ instances, identities, propagation }) =>
        rows([
          ['resource group', standing.name],
          ['instances', String(instances)],
          ['identities', `${identities.total}, ${identities.paused} of them paused`],
          ['paused with it', String(identities.pausedWithGroup)],
          ['agents', propagation === null ? '-' : agentsOf(propagation)],
        ]),
      )
    })
  for (const verb of ['pause', 'resume'] as const) {
    group
      .command(`${verb} <name>`)
      .description(
        verb === 'pause' ? 'refuse every identity in it at once' : 'those that were paused with it; others stay paused',
      )
      .option(...reasonOption)
      .option(...json)
      .action(async (name: string, { reason, ...options }: Asked) => {
        const given = { params: { name }, body: { reason } }
        const result = await (await connect()).call(resourceGroupsApi[verb], given)
        print(result, options, (shown) => printGroupAct(shown, verb))
      })
  }
}

function addTokens(tokens: Command, { connect, print }: Console): void {
  tokens
    .command('revoke <identity>')
    .description('every token that an identity, an application or an instance has so far; it may ask for others')
    .option(...reasonOption)
    .option(...json)
    .action(async (name: string, { reason, ...options }: Asked) => {
      const client = await connect()
      const params = { principalId: await principalNamed(client, name) }
      const revoked = await client.call(revocationsApi.revokeAll, { params, body: { reason } })
      print(revoked, options, ({ before, propagation }) => `Refused: tokens until ${at(before)}.\n${told(propagation)}`)
    })
  tokens
    .command('revoke-one <uti>')
    .description('one token, by the uti in it')
    .option(...reasonOption)
    .option(...json)
    .action(async (uti: string, { reason, ...options }: Asked) => {
      const revoked = await (await connect()).call(revocationsApi.revokeToken, { params: { uti }, body: { reason } })
      print(
        revoked,
        options,
        ({ until, propagation }) => `Refused; it would have ended ${at(until)}.\n${told(propagation)}`,
      )
    })
}

function printGroupAct({ name, changed, already, propagation }: GroupActResult, verb: 'pause' | 'resume'): string {
  const counted = `${name}: ${changed} ${verb === 'pause' ? 'paused' : 'resumed'}, ${already} were so already.`
  return verb === 'pause' ? `${counted}\n${told(propagation)}` : counted
}

function told(propagation: Propagation | undefined): string {
  if (propagation === undefined) return 'Nobody had to be told.'
  return `In force on ${propagation.replicas} server; ${propagation.agents} connected agents are told.`
}

function agentsOf({ agents }: PropagationState): string {
  return `${agents.done} of ${agents.total} have confirmed`
}

function printPropagation(state: PropagationState | null): string {
  if (state === null) return 'Nothing was taken back, or it was given back.'
  const { agents } = state
  return rows([
    ['act', `${state.act} at ${at(state.since)}`],
    ['state', state.completedAt === null ? state.state : `${state.state} since ${at(state.completedAt)}`],
    ['servers', `${state.replicas.told} of ${state.replicas.total}`],
    ['agents', agentsOf(state)],
    ...agents.waiting.map(({ name, instance, connected, lastSeenAt }): [string, string] => [
      'waiting for',
      `${instance?.name ?? name}, ${connected ? 'connected' : `last seen ${at(lastSeenAt)}`}`,
    ]),
    ['last token ends', state.lastTokenEnds === null ? 'none is out' : at(state.lastTokenEnds)],
  ])
}
