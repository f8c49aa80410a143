import { type CredentialRecord, evidenceApi, type TokenEvidence, Uti } from '@signet/shared/api/evidence'
import type { Command } from 'commander'
import { z } from 'zod'
import { StartupError } from '../platform/signet-error.ts'
import { type Console, json, type Output } from './console-command.ts'
import { at, rows } from './output.ts'

interface HeldOptions extends Output {
  readonly at?: string
  readonly instance?: string
  readonly identity?: string
}

const Claims = z.object({ uti: Uti })
const mostHeld = 200

/** `signet evidence …`: what can be proved of the past. */
export function addEvidenceCommands(evidence: Command, { connect, print }: Console): void {
  evidence
    .command('token <token>')
    .description('which certificate minted it: a token (only its number is sent), its uti, or the ID of the request')
    .option(...json)
    .action(async (given: string, options: Output) => {
      const client = await connect()
      const correlationId = z.guid().safeParse(given).data
      if (correlationId !== undefined) {
        const { items } = await client.call(evidenceApi.requested, { params: { correlationId } })
        return print(items, options, (found) =>
          found.map((one) => [at(one.at), one.uti, one.outcome, one.audience].join('  ')).join('\n'),
        )
      }
      const found = await client.call(evidenceApi.token, { params: { uti: utiIn(given) } })
      print(found, options, tokenWords)
    })
  evidence
    .command('held')
    .description('which certificates were accepted at a moment')
    .option('--at <time>', 'ISO 8601, such as 2026-11-24T09:00:00Z; now unless given')
    .option('--instance <name>', 'name or ID of an instance')
    .option('--identity <name>', 'name of an identity, or its principal ID')
    .option(...json)
    .action(async ({ at: time, instance, identity, ...options }: HeldOptions) => {
      const wanted = {
        at: instantOf(time),
        ...(instance && { instance }),
        ...(identity && { identity }),
        limit: mostHeld,
      }
      const client = await connect()
      const held = await client.call(evidenceApi.held, { query: wanted })
      const items = [...held.items]
      for (let cursor = held.nextCursor; cursor !== null; ) {
        const next = await client.call(evidenceApi.held, { query: { ...wanted, cursor } })
        items.push(...next.items)
        cursor = next.nextCursor
      }
      print({ items, completeFrom: held.completeFrom }, options, ({ items: found, completeFrom }) => {
        const note = wanted.at < completeFrom ? [`Before ${at(completeFrom)} the history may lack something.`] : []
        const lines = found.length === 0 ? ['No certificate was accepted then.'] : found.map(heldLine)
        return [...lines, ...note].join('\n')
      })
    })
}

/** @throws StartupError for what has no uti; the token itself goes nowhere */
function utiIn(given: string): string {
  const text = given.trim()
  const [, payload] = text.split('.')
  if (payload === undefined) {
    const uti = Uti.safeParse(text).data
    if (uti !== undefined) return uti
    throw new StartupError('this is neither a token, nor a uti, nor the ID of a request')
  }
  const claims = Claims.safeParse(parsed(Buffer.from(payload, 'base64url').toString('utf8'))).data
  if (claims) return claims.uti
  throw new StartupError('this token has no uti claim')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Epoch milliseconds. @throws StartupError for what is no time */
function instantOf(text: string | undefined): number {
  // The server's clock may lie a little behind this one.
  if (text === undefined) return Date.now() - 1_000
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) throw new StartupError('--at takes a time such as 2026-11-24T09:00:00Z')
  return instant
}

function heldLine(record: CredentialRecord): string {
  const until = record.retiredAt ?? record.revokedAt ?? record.usableUntil ?? record.notAfter
  const words = [
    record.thumbprint,
    record.principalName.padEnd(24),
    `${at(record.issuedAt)} to ${at(until)}`,
    record.state.padEnd(8),
    record.cause ?? 'registered',
    record.run?.id ?? '-',
  ]
  return words.join('  ')
}

function tokenWords({ uti, request, identity, credential, wasAccepted, signingKey }: TokenEvidence): string {
  return rows([
    ['token', uti],
    ['issued', `${at(request.at)} for ${request.audience}: ${request.outcome}`],
    ['request ID', request.correlationId],
    ['identity', identity ? `${identity.name} (${identity.principalId})` : 'deleted for good'],
    ['certificate', credential ? credential.thumbprint : 'none: another proof, or forgotten'],
    ...(credential
      ? ([
          ['serial', credential.serial],
          ['accepted then', wasAccepted ? 'yes' : 'NO'],
          ['issued by', credential.issuer?.subject ?? 'not by Signet'],
          ['cause', `${credential.cause ?? 'registered'}, ${credential.actor.label}`],
          ['rotation', credential.run?.id ?? '-'],
        ] as const)
      : []),
    ['signing key', signingKey ? `${signingKey.kid} (${signingKey.state})` : (request.kid ?? '-')],
  ])
}
