import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import type { ClientProgram } from './client-programs.ts'
import { type Stack, program as signet } from './stack.ts'

const run = promisify(execFile)

/** What a workload for managed identities prints of each client. */
export interface Outcome {
  readonly client: string
  readonly resource: string
  readonly tokens: readonly string[]
  readonly error?: string
}

interface Ask {
  readonly resource?: string
  readonly clientId?: string
  readonly credentials?: readonly string[]
}

export const commandOf = (
  { managedIdentity, credentials }: ClientProgram,
  { resource = '', clientId = '', ...ask }: Ask = {},
) => [...managedIdentity, `${resource}=${clientId}`, ...(ask.credentials ?? credentials)]

/** A program in a process of its own, in an environment with nothing in it but what is given. */
export async function outcomesOf(
  command: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Outcome[]> {
  const [file = '', ...args] = command
  // Without it DefaultAzureCredential goes on to the tools of developers where it is refused.
  const env = { PATH: process.env['PATH'] ?? '', AZURE_TOKEN_CREDENTIALS: 'prod', ...variables }
  const { stdout } = await run(file, args, { env, timeout: 90_000 })
  return JSON.parse(stdout) as Outcome[]
}

/** Started by `signet run`, which alone knows where the agent is. */
export function underSignet(stack: Stack, dialect: string, program: ClientProgram, ask: Ask = {}): Promise<Outcome[]> {
  const { SIGNET_DATA_DIR } = stack.environment
  // The one way to name an identity to DefaultAzureCredential in every language.
  const selected = ask.clientId ? { AZURE_CLIENT_ID: ask.clientId } : {}
  const command = [process.execPath, signet, 'run', '--dialect', dialect, '--', ...commandOf(program, ask)]
  return outcomesOf(command, { SIGNET_DATA_DIR, ...program.variables, ...selected })
}

interface Principal {
  readonly principalId: string
  readonly clientId: string
}

/** The token as a relying party takes it: by the published keys, and for this identity. */
export async function expectGenuine(
  stack: Stack,
  identity: Principal,
  token: string | undefined,
  audience: string,
): Promise<void> {
  const { SIGNET_AUTHORITY, SIGNET_TENANT, SIGNET_CA_FILE } = stack.clientVariables()
  const ca = readFileSync(SIGNET_CA_FILE ?? '', 'utf8')
  const metadata = await getJson(`${SIGNET_AUTHORITY}/${SIGNET_TENANT}/.well-known/openid-configuration`, ca)
  const keys = await getJson(String(metadata['jwks_uri']), ca)
  const { payload } = await jwtVerify(token ?? '', createLocalJWKSet(keys as unknown as JSONWebKeySet), {
    issuer: String(metadata['issuer']),
    audience,
    algorithms: ['RS256'],
  })
  const { principalId: oid, clientId: appid } = identity
  expect(payload).toMatchObject({ oid, sub: oid, appid, tid: SIGNET_TENANT, ver: '1.0', idtyp: 'app' })
}

/** Each client got a token, and the second time the same from its own cache. */
export async function expectAllGenuine(
  stack: Stack,
  identity: Principal,
  outcomes: readonly Outcome[],
  names: readonly string[],
): Promise<void> {
  expect(outcomes.map(({ client }) => client)).toEqual(names)
  for (const { client, resource, tokens, error } of outcomes) {
    expect(error, client).toBeUndefined()
    await expectGenuine(stack, identity, tokens[0], resource)
    expect(tokens[1], client).toBe(tokens[0])
  }
}

export function expectAllRefused(outcomes: readonly Outcome[], names: readonly string[], words: RegExp): void {
  expect(outcomes.map(({ client }) => client)).toEqual(names)
  for (const { client, tokens, error } of outcomes) {
    expect(tokens, client).toEqual([])
    expect(error, client).toMatch(words)
  }
}

function getJson(url: string, ca: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: new Agent({ ca }) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
    })
    call.on('error', reject)
    call.end()
  })
}
