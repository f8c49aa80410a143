import { type FederatedCredential, type FederationTest, federationApi, IssuerKeys } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { everyPage } from './pages.ts'

export interface NewRule {
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly match: 'exact' | 'prefix' | 'expression'
  /** None: that of token exchange. */
  readonly audiences: readonly string[]
  /** A key set as JSON text, for an issuer that cannot be asked; undefined: its discovery document names one. */
  readonly jwks?: string
}

export function listRules(client: ConsoleClient, principalId: ObjectId): Promise<FederatedCredential[]> {
  return everyPage((query) => client.call(federationApi.list, { params: { principalId }, query }))
}

/** @throws SignetError as the server answers it | StartupError for a key set that is none */
export function addRule(client: ConsoleClient, principalId: ObjectId, rule: NewRule): Promise<FederatedCredential> {
  const { jwks, audiences, ...wanted } = rule
  const body = {
    ...wanted,
    ...(audiences.length > 0 && { audiences: [...audiences] }),
    ...(jwks !== undefined && { keys: pinned(jwks) }),
  }
  return client.call(federationApi.create, { params: { principalId }, body })
}

/** @returns the rule as it was */
export async function removeRule(
  client: ConsoleClient,
  principalId: ObjectId,
  name: string,
): Promise<FederatedCredential> {
  const rules = await listRules(client, principalId)
  const rule = rules.find((each) => each.id === name || each.name.toLowerCase() === name.toLowerCase())
  if (!rule) throw new SignetError('not_found', `There is no federated credential ${name}.`)
  const params = { principalId, federatedCredentialId: rule.id }
  await client.call(federationApi.remove, { params, body: {}, ifMatch: rule.version })
  return rule
}

export function testToken(client: ConsoleClient, principalId: ObjectId, token: string): Promise<FederationTest> {
  return client.call(federationApi.test, { params: { principalId }, body: { token } })
}

function pinned(text: string): IssuerKeys {
  try {
    return IssuerKeys.parse({ source: 'pinned', jwks: JSON.parse(text) })
  } catch (cause) {
    throw new StartupError('the file of --keys holds no key set', { cause })
  }
}
