import type { ResolvedHit } from '@signet/shared/api/resolve'
import type { auditFields } from '@signet/shared/query/audit-fields'
import { fieldIs } from '@signet/shared/query/query-text'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import type { AuditLog } from './audit/index.ts'
import type { Authority } from './authority/index.ts'
import type { Authorization } from './authorization/index.ts'
import type { AgentPlane } from './enrollment/index.ts'
import type { KeyCredential, Principal, PrincipalRegistry } from './principals/index.ts'
import type { ResourceManager, ServiceInstance, UserIdentities } from './resources/index.ts'
import type { Rotation } from './rotation/index.ts'
import type { VaultDirectory } from './vault/index.ts'

type AuditField = (typeof auditFields)[number]['name']

interface ResolverParts {
  readonly registry: Pick<PrincipalRegistry, 'lookUp' | 'findAll'>
  readonly resources: Pick<ResourceManager, 'lookUp' | 'ofAgent'>
  readonly users: Pick<UserIdentities, 'lookUp'>
  readonly rotation: Pick<Rotation, 'history'>
  readonly agents: Pick<AgentPlane['directory'], 'lookUp'>
  readonly authority: {
    readonly keys: Pick<Authority['keys'], 'exists'>
    readonly resources: Pick<Authority['resources'], 'find' | 'list'>
    readonly log: Pick<Authority['log'], 'lookUp'>
  }
  readonly vaults: Pick<VaultDirectory, 'lookUp'>
  readonly authorization: { readonly access: Pick<Authorization['access'], 'assignment' | 'role'> }
  readonly audit: Pick<AuditLog, 'lookUp'>
}

/**
 * Finds what an identifier of any kind names, by asking each domain. Every question is answered by an index, and what
 * the caller may not read is not asked for: it looks as if it did not exist (SEC-29).
 */
export class Resolver {
  readonly #parts: ResolverParts

  constructor(parts: ResolverParts) {
    this.#parts = parts
  }

  /** @param allows whether the caller has a permission */
  async find(text: string, allows: (permission: Permission) => boolean): Promise<ResolvedHit[]> {
    const key = readLookup(text)
    const may = {
      inventory: allows('instances.read'),
      rotations: allows('rotations.read'),
      audit: allows('audit.read'),
    }
    const found = await Promise.all([
      may.inventory ? this.#instances(key) : [],
      may.inventory ? this.#userIdentities(key) : [],
      this.#principals(key, may),
      may.inventory ? this.#audiences(key) : [],
      may.inventory ? this.#vaults(key) : [],
      may.inventory ? this.#access(key) : [],
      may.rotations ? this.#rotations(key) : [],
      may.inventory ? this.#agents(key) : [],
      may.inventory ? this.#tokens(key, may) : [],
      may.audit ? this.#signingKeys(key) : [],
      may.audit ? this.#auditEvents(key) : [],
    ])
    return found.flat()
  }

  async #instances(key: Lookup): Promise<ResolvedHit[]> {
    const instances = await this.#parts.resources.lookUp(key)
    return instances.map(({ id, name }) => ({ kind: 'instance', id, label: name, path: `/instances/${id}` }))
  }

  /** By name and resource ID; their IDs are those of principals. */
  async #userIdentities(key: Lookup): Promise<ResolvedHit[]> {
    const identities = await this.#parts.users.lookUp(key)
    return identities.map(({ principalId, name, state }) => userIdentityHit(principalId, name, state === 'deleted'))
  }

  /** By identifier URI, application ID or ID. */
  #audiences({ text, guid }: Lookup): ResolvedHit[] {
    const { resources } = this.#parts.authority
    const found = resources.find(guid ?? text) ?? resources.list().find(({ id }) => id === guid)
    return found
      ? [{ kind: 'audience', id: found.id, label: `Audience ${found.name}`, path: `/audiences/${found.id}` }]
      : []
  }

  /** Vaults, secrets and their versions, by name, address, ARM ID and ID. */
  async #vaults(key: Lookup): Promise<ResolvedHit[]> {
    const found = await this.#parts.vaults.lookUp(key)
    if (found === undefined) return []
    const { id, vault, secret, version, isDeleted } = found
    const gone = isDeleted ? ' (deleted)' : ''
    const home = `/vaults/${vault}`
    if (secret === null) return [{ kind: 'vault', id, label: `Vault ${vault}${gone}`, path: home }]
    const path = `${home}/secrets/${secret}${version === null ? '' : `/${version}`}`
    return [{ kind: 'secret', id, label: `Secret ${secret} of ${vault}${gone}`, path }]
  }

  /** Role assignments that count, and roles of every kind. */
  async #access({ guid }: Lookup): Promise<ResolvedHit[]> {
    if (guid === undefined) return []
    const { access } = this.#parts.authorization
    const hits: ResolvedHit[] = []
    const assignment = access.assignment(guid)
    if (assignment) {
      const [principal] = await this.#parts.registry.findAll([assignment.principalId])
      const label = `${assignment.role.name} of ${principal?.displayName ?? assignment.principalId}`
      hits.push({ kind: 'role_assignment', id: guid, label, path: `/access?peek=${guid}` })
    }
    const role = access.role(guid)
    if (role) hits.push({ kind: 'role', id: guid, label: `Role ${role.name}`, path: `/access/roles/${guid}` })
    return hits
  }

  async #principals(key: Lookup, may: { inventory: boolean; rotations: boolean }): Promise<ResolvedHit[]> {
    const { principals, credentials } = await this.#parts.registry.lookUp(key)
    const owners = await this.#owners(credentials.map((credential) => credential.principalId))
    return [
      ...(may.inventory ? principals.flatMap(identityHit) : []),
      ...(may.rotations
        ? credentials.flatMap((credential) => certificateHit(credential, owners.get(credential.principalId)))
        : []),
    ]
  }

  async #rotations(key: Lookup): Promise<ResolvedHit[]> {
    if (key.guid === undefined) return []
    const run = await this.#parts.rotation.history.find(key.guid)
    if (run === undefined) return []
    const of = run.instance?.name ?? run.principalName
    return [{ kind: 'rotation', id: run.id, label: `Rotation of ${of}`, path: `/rotations/${run.id}` }]
  }

  async #agents(key: Lookup): Promise<ResolvedHit[]> {
    const agent = await this.#parts.agents.lookUp(key)
    if (agent === undefined) return []
    const instances = await this.#parts.resources.ofAgent(agent.id)
    return instances.map(({ id, name }: ServiceInstance) => ({
      kind: 'agent',
      id: agent.id,
      label: `Agent of ${name}`,
      path: `/instances/${id}/agent`,
    }))
  }

  /** By its number, to all that is on record about it; by the ID of the request, to the request. */
  async #tokens(key: Lookup, may: { rotations: boolean }): Promise<ResolvedHit[]> {
    const rows = this.#parts.authority.log.lookUp(key)
    const owners = await this.#owners(rows.map((row) => row.principalId))
    return rows.flatMap(({ id, principalId, audience, outcome }): ResolvedHit[] => {
      if (key.uti !== undefined && may.rotations) {
        const label = `Evidence of a token for ${audience}`
        return [{ kind: 'token', id, label, path: `/tokens/issued/${key.uti}` }]
      }
      const home = homeOf(owners.get(principalId))
      if (home === undefined) return []
      const label = outcome === 'ok' ? `Token for ${audience}` : `Refused token request for ${audience}`
      return [{ kind: 'token', id, label, path: `${home}/activity#row-${id}` }]
    })
  }

  async #signingKeys(key: Lookup): Promise<ResolvedHit[]> {
    const kid = key.sha1
    if (kid === undefined || !(await this.#parts.authority.keys.exists(kid))) return []
    return [{ kind: 'signing_key', id: kid, label: `Signing key ${kid}`, path: auditPath('target', kid) }]
  }

  async #auditEvents(key: Lookup): Promise<ResolvedHit[]> {
    if (key.guid === undefined) return []
    const { event, ofRequest } = await this.#parts.audit.lookUp(key.guid)
    const hits: ResolvedHit[] = []
    if (event !== undefined) {
      const path = `${auditPath('correlation', event.correlationId)}&event=${event.id}`
      hits.push({ kind: 'audit_event', id: event.id, label: `Audit event ${event.action}`, path })
    }
    if (ofRequest) {
      const path = auditPath('correlation', key.guid)
      hits.push({ kind: 'request', id: key.guid, label: 'Audit events of this request', path })
    }
    return hits
  }

  async #owners(principalIds: readonly string[]): Promise<ReadonlyMap<string, Principal>> {
    const principals = await this.#parts.registry.findAll(principalIds)
    return new Map(principals.map((principal) => [principal.objectId, principal]))
  }
}

/** The page of the instance that a system-assigned identity belongs to, or the principal's own. */
function homeOf(principal: Principal | undefined): string | undefined {
  if (principal?.kind === 'app') return `/applications/${principal.objectId}`
  if (principal?.kind === 'user') return `/identities/${principal.objectId}`
  return principal?.ownerInstanceId ? `/instances/${principal.ownerInstanceId}` : undefined
}

function userIdentityHit(principalId: string, name: string, isGone: boolean): ResolvedHit {
  const label = `Identity ${name}${isGone ? ' (deleted)' : ''}`
  return { kind: 'identity', id: principalId, label, path: `/identities/${principalId}` }
}

function identityHit(principal: Principal): ResolvedHit[] {
  const { objectId, kind, displayName, ownerInstanceId, state } = principal
  if (kind === 'user') return [userIdentityHit(objectId, displayName, state === 'deleted')]
  const gone = state === 'deleted' ? ' (deleted)' : ''
  if (kind === 'app') {
    const path = `/applications/${objectId}`
    return [{ kind: 'application', id: objectId, label: `Application ${displayName}${gone}`, path }]
  }
  if (ownerInstanceId === null) return []
  const path = `/instances/${ownerInstanceId}/identity`
  return [{ kind: 'identity', id: objectId, label: `Identity of ${displayName}${gone}`, path }]
}

function certificateHit(credential: KeyCredential, owner: Principal | undefined): ResolvedHit[] {
  const home = homeOf(owner)
  if (!owner || home === undefined) return []
  const path = `${home}/certificates#row-${credential.id}`
  return [{ kind: 'certificate', id: credential.id, label: `Certificate of ${owner.displayName}`, path }]
}

/** The audit log from its beginning on, filtered by one value. */
function auditPath(field: AuditField, value: string): string {
  const filter = fieldIs(field, value)
  return `/audit?${new URLSearchParams({ filter, range: 'all' })}`
}

/** One text in every form that a domain keeps an identifier in; a form it cannot have is left out. */
export interface Lookup {
  readonly text: string
  /** Lower case. */
  readonly guid?: string
  /** Of a token: 22 characters of base64url. */
  readonly uti?: string
  /** SHA-1 of a certificate, base64url: 27 characters. */
  readonly sha1?: string
  /** SHA-256 of a certificate, base64url: 43 characters. */
  readonly sha256?: string
  /** Serial number of a certificate, lower-case hexadecimal. */
  readonly serial?: string
  /** ARM resource ID. */
  readonly armId?: string
}

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Thumbprints and serials are taken as consoles write them: in any case, with colons or blanks between the bytes. */
export function readLookup(given: string): Lookup {
  const text = given.trim()
  const lower = text.toLowerCase()
  if (guidPattern.test(lower)) return { text, guid: lower }
  if (text.startsWith('/')) return { text, armId: text }
  const hex = lower.replaceAll(/[:\s]/g, '')
  if (/^[0-9a-f]{40}$/.test(hex)) return { text, sha1: Buffer.from(hex, 'hex').toString('base64url'), serial: hex }
  if (/^[0-9a-f]{64}$/.test(hex)) return { text, sha256: Buffer.from(hex, 'hex').toString('base64url') }
  if (/^[0-9a-f]{8,39}$/.test(hex)) return { text, serial: hex }
  if (/^[\w-]{43}$/.test(text)) return { text, sha256: text }
  if (/^[\w-]{27}$/.test(text)) return { text, sha1: text }
  if (/^[\w-]{22}$/.test(text)) return { text, uti: text }
  return { text }
}
