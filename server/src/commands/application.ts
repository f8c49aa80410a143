import {
  type ApplicationDetail,
  type ApplicationSummary,
  applicationsApi,
  type ClientSecret,
  type RegisteredCertificate,
} from '@signet/shared/api/applications'
import { fieldIs } from '@signet/shared/query/query-text'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { SignetError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { everyPage } from './pages.ts'

/** @param filter as in the dashboard; deleted ones only where it names a state */
export function listApplications(client: ConsoleClient, filter = ''): Promise<ApplicationSummary[]> {
  return everyPage((query) => client.call(applicationsApi.list, { query: { ...query, filter } }))
}

/** By name or principal ID. @throws SignetError `not_found` | `conflict` when several have the name */
export async function applicationNamed(client: ConsoleClient, name: string, state = ''): Promise<ObjectId> {
  const id = ObjectId.safeParse(name)
  if (id.success) return id.data
  const found = await listApplications(client, `${fieldIs('name', name)} ${state}`)
  const [only, another] = found.filter((each) => each.name.toLowerCase() === name.toLowerCase())
  if (!only) throw new SignetError('not_found', `There is no application called ${name}.`)
  if (!another) return only.principalId
  throw new SignetError('conflict', `Several applications are called ${name}.`, { fix: 'Give the principal ID.' })
}

/** What was looked for; undefined when there is none. */
export async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof SignetError && error.code === 'not_found') return undefined
    throw error
  }
}

export async function showApplication(client: ConsoleClient, name: string): Promise<ApplicationDetail> {
  return client.call(applicationsApi.show, { params: { principalId: await applicationNamed(client, name) } })
}

export function createApplication(client: ConsoleClient, name: string): Promise<ApplicationDetail> {
  return client.call(applicationsApi.create, { body: { name } })
}

export async function renameApplication(client: ConsoleClient, name: string, to: string): Promise<ApplicationDetail> {
  const { principalId, version } = await showApplication(client, name)
  return client.call(applicationsApi.rename, { params: { principalId }, body: { name: to }, ifMatch: version })
}

/** A deleted one is found by its name too, when it is to be restored. */
export async function actOnApplication(
  client: ConsoleClient,
  verb: 'pause' | 'resume' | 'remove' | 'restore',
  name: string,
): Promise<ApplicationDetail> {
  const principalId = await applicationNamed(client, name, verb === 'restore' ? 'state:deleted' : '')
  const params = { principalId }
  await client.call(applicationsApi[verb], { params, body: {} })
  return client.call(applicationsApi.show, { params })
}

/** The value is in the answer and nowhere else. */
export async function addSecret(
  client: ConsoleClient,
  name: string,
  wanted: { description: string; lifetimeSeconds: number },
): Promise<ClientSecret & { value: string }> {
  const principalId = await applicationNamed(client, name)
  return client.call(applicationsApi.addSecret, { params: { principalId }, body: wanted })
}

/** @param which its ID or its description @returns the secret as it was */
export async function removeSecret(client: ConsoleClient, name: string, which: string): Promise<ClientSecret> {
  const { principalId, secrets } = await showApplication(client, name)
  const secret = onlyOne(
    secrets.filter(({ id, description }) => id === which || description === which),
    `secret ${which}`,
  )
  await client.call(applicationsApi.removeSecret, { params: { principalId, secretId: secret.id } })
  return secret
}

export async function addCertificate(
  client: ConsoleClient,
  name: string,
  wanted: { certificate: string; longAssertions: boolean },
): Promise<RegisteredCertificate> {
  const principalId = await applicationNamed(client, name)
  return client.call(applicationsApi.addCertificate, { params: { principalId }, body: wanted })
}

/** @param which its ID or the beginning of a thumbprint @returns the certificate as it was */
export async function removeCertificate(
  client: ConsoleClient,
  name: string,
  which: string,
): Promise<RegisteredCertificate> {
  const { principalId, certificates } = await showApplication(client, name)
  const start = which.replaceAll(':', '').toUpperCase()
  const found = onlyOne(
    certificates.filter(({ id, thumbprint }) => id === which || (start !== '' && thumbprint.startsWith(start))),
    `certificate ${which}`,
  )
  const params = { principalId, credentialId: found.id }
  await client.call(applicationsApi.removeCertificate, { params, body: {}, ifMatch: found.version })
  return found
}

/** @throws SignetError `not_found` | `conflict` when several are meant */
function onlyOne<T>(found: readonly T[], what: string): T {
  const [only, another] = found
  if (only === undefined) throw new SignetError('not_found', `The application has no ${what}.`)
  if (another === undefined) return only
  throw new SignetError('conflict', `The application has more than one ${what}.`, { fix: 'Give the ID.' })
}
