import { AppRole } from '@signet/shared/api/audiences'
import { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { ResourceAppsTable } from '../platform/database/identity-tables.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'
import { resourceKey } from './audience.ts'
import { ResourceAppsStore } from './resource-apps-store.ts'

/** A service that tokens can be issued for. */
export interface ResourceApp {
  readonly id: AudienceId
  readonly appId: string
  readonly uri: string
  readonly name: string
  readonly tokenVersion: 1 | 2
  /** Null: the deployment's own. */
  readonly lifetimeSeconds: number | null
  readonly builtIn: boolean
  readonly enabled: boolean
  /** Whether a client without one of its roles is refused. */
  readonly assignmentRequired: boolean
  /** Whether tokens say what the client declared it can handle. */
  readonly clientCapabilities: boolean
  readonly roles: readonly AppRole[]
  readonly version: number
  readonly createdAt: number
}

/** Built-in audiences belong to no tenant. */
const zeroTenant = '00000000-0000-0000-0000-000000000000'

const builtIn = [
  ['https://management.azure.com', 'Resource manager', '797f4846-ba00-4fd7-ba43-dac1f8f63013'],
  ['https://management.core.windows.net', 'Resource manager (classic name)', '797f4846-ba00-4fd7-ba43-dac1f8f63013'],
  ['https://vault.azure.net', 'Key vault', 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'],
  ['https://graph.microsoft.com', 'Graph', '00000003-0000-0000-c000-000000000000'],
  ['https://storage.azure.com', 'Storage', 'e406a681-f3d4-42a8-90b6-c2b029497af1'],
  ['https://database.windows.net', 'SQL database', '022907d3-0f1b-48f7-badc-1ba6abab6d66'],
  ['https://servicebus.azure.net', 'Service bus', '80a10ef9-8168-493d-abf9-3297c4ef6e3c'],
  ['https://eventhubs.azure.net', 'Event hubs', '80369ed6-5f11-4dd9-bef3-692475845e77'],
] as const

/**
 * The registered audiences, in memory; a token is issued for these and nothing else (SEC-82). Whoever changes one puts it
 * here before they answer, so that the next token request sees it.
 */
export class ResourceApps {
  /** By the key of the URI. */
  readonly #apps = new Map<string, ResourceApp>()
  /** By application ID, which can be asked for too; of several with the same one the first in the order of their URIs. */
  #byAppId: ReadonlyMap<string, ResourceApp> = new Map()
  readonly #observers: (() => void)[] = []

  /** By the key of another name, the key of the URI. */
  readonly #otherNames: ReadonlyMap<string, string>

  private constructor(apps: readonly ResourceApp[], otherNames: ReadonlyMap<string, string>) {
    this.#otherNames = new Map([...otherNames].map(([name, uri]) => [resourceKey(name), resourceKey(uri)]))
    for (const app of apps) this.#apps.set(resourceKey(app.uri), app)
    this.#index()
  }

  /**
   * Reads them; the built-in ones are put there first, once.
   *
   * @param otherNames further names of built-in ones, by name; they follow the configuration, so they are not stored
   */
  static async open(
    database: Database,
    clock: Clock,
    otherNames: ReadonlyMap<string, string> = new Map(),
  ): Promise<ResourceApps> {
    const store = new ResourceAppsStore(database)
    const now = clock.now()
    await database.transact(async (tx) => {
      for (const [uri, name, appId] of builtIn) {
        await store.insertIfMissing(tx, {
          id: newGuid(),
          tenant_id: zeroTenant,
          app_id: appId,
          identifier_uri: uri,
          uri_key: resourceKey(uri),
          display_name: name,
          token_version: 1,
          token_ttl_s: null,
          builtin: 1,
          assignment_required: 0,
          client_capabilities: 0,
          app_roles: '[]',
          state: 'enabled',
          version: 1,
          created_at: now,
          updated_at: now,
        })
      }
    })
    return new ResourceApps((await store.all()).map(toResourceApp), otherNames)
  }

  /** Called whenever one is registered, changed or removed, before that is answered. */
  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  list(): ResourceApp[] {
    return [...this.#apps.values()]
  }

  find(resource: string): ResourceApp | undefined {
    const key = resourceKey(resource)
    return this.#apps.get(key) ?? this.#byAppId.get(key) ?? this.#apps.get(this.#otherNames.get(key) ?? '')
  }

  /** @throws SignetError `resource_unknown` | `resource_disabled` */
  require(resource: string): ResourceApp {
    const app = this.find(resource)
    if (!app) throw new SignetError('resource_unknown', 'The resource principal was not found in the tenant.')
    if (!app.enabled) throw new SignetError('resource_disabled')
    return app
  }

  /** It is registered, or another than it was. */
  put(app: ResourceApp): void {
    this.#apps.set(resourceKey(app.uri), app)
    this.#changed()
  }

  drop(app: Pick<ResourceApp, 'uri'>): void {
    this.#apps.delete(resourceKey(app.uri))
    this.#changed()
  }

  #changed(): void {
    this.#index()
    for (const observe of this.#observers) observe()
  }

  #index(): void {
    const inOrder = [...this.#apps.values()].sort((one, other) => (one.uri < other.uri ? 1 : -1))
    this.#byAppId = new Map(inOrder.map((app) => [app.appId, app]))
  }
}

export function toResourceApp(row: ResourceAppsTable): ResourceApp {
  return {
    id: AudienceId.parse(row.id),
    appId: row.app_id,
    uri: row.identifier_uri,
    name: row.display_name,
    tokenVersion: row.token_version,
    lifetimeSeconds: row.token_ttl_s,
    builtIn: row.builtin === 1,
    enabled: row.state === 'enabled',
    assignmentRequired: row.assignment_required === 1,
    clientCapabilities: row.client_capabilities === 1,
    roles: z.array(AppRole).parse(JSON.parse(row.app_roles)),
    version: row.version,
    createdAt: row.created_at,
  }
}
