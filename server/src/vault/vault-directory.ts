import { SecretName, SecretVersion, VaultName } from '@signet/shared/vocabulary/vault-rules'
import type { Database } from '../platform/database/database.ts'
import { cloudNames } from '../platform/service-names.ts'
import { nameKeyOf } from './secret.ts'
import { SecretsStore } from './secrets-store.ts'
import { VaultsStore } from './vaults-store.ts'

/** A vault, a secret of it or one version, in the spelling they are kept in. */
export interface KnownPlace {
  /** Of the secret, or of the vault where it is one. */
  readonly id: string
  readonly vault: string
  readonly secret: string | null
  readonly version: string | null
  readonly isDeleted: boolean
}

interface NamedPlace {
  readonly vault: string
  readonly secret?: string | undefined
  readonly version?: string | undefined
}

/** Finds vaults and secrets by what people copy: names, addresses, ARM IDs and IDs. Nothing of it is a read of a secret. */
export class VaultDirectory {
  readonly #vaults: VaultsStore
  readonly #secrets: SecretsStore
  readonly #domains: readonly string[]

  /** @param vaultUrl what the vaults are as a resource; clients may call them by the cloud's names too */
  constructor({ database, tenantId, vaultUrl }: { database: Database; tenantId: string; vaultUrl: string }) {
    this.#vaults = new VaultsStore(database, tenantId)
    this.#secrets = new SecretsStore(database)
    this.#domains = [new URL(vaultUrl).hostname, ...cloudNames.vault]
  }

  /** What is deleted is found too, as long as it can be recovered. */
  async lookUp({ text, guid }: { text: string; guid?: string | undefined }): Promise<KnownPlace | undefined> {
    const named = guid === undefined ? placeNamed(text, this.#domains) : await this.#vaults.placeOf(guid)
    const vault = named && (await this.#vaults.find(nameKeyOf(named.vault)))
    if (!vault) return undefined
    const place = { id: vault.id, vault: vault.name, secret: null, version: null, isDeleted: vault.deleted_at !== null }
    if (named.secret === undefined) return place
    const secret = await this.#secrets.find(vault.id, nameKeyOf(named.secret))
    if (!secret) return undefined
    const ofSecret = { ...place, id: secret.id, secret: secret.name }
    const isDeleted = place.isDeleted || secret.deleted_at !== null
    if (named.version === undefined) return { ...ofSecret, isDeleted }
    const version = await this.#secrets.version(secret, named.version)
    return version && { ...ofSecret, version: version.version_id, isDeleted }
  }
}

const armPattern = /\/providers\/microsoft\.keyvault\/vaults\/([^/]+)(?:\/secrets\/([^/]+))?\/?$/i

/** The names in an address, an ARM ID or the name of a vault, if the text is one. @param domains that vaults are one label below */
export function placeNamed(text: string, domains: readonly string[]): NamedPlace | undefined {
  if (/^https:\/\//i.test(text)) return placeOfAddress(text, domains)
  if (!text.startsWith('/')) return checked({ vault: text })
  const [, vault, secret] = armPattern.exec(text) ?? []
  return vault === undefined ? undefined : checked({ vault, secret })
}

function placeOfAddress(text: string, domains: readonly string[]): NamedPlace | undefined {
  if (!URL.canParse(text)) return undefined
  const { hostname, pathname } = new URL(text)
  const [vault = '', ...rest] = hostname.split('.')
  if (!domains.includes(rest.join('.'))) return undefined
  const [, collection, secret, version, ...more] = pathname.replace(/\/$/, '').split('/')
  if (collection === undefined) return checked({ vault })
  const isOfSecrets = /^(?:deleted)?secrets$/i.test(collection)
  if (!isOfSecrets || more.length > 0) return undefined
  return checked({ vault, secret, version: version?.toLowerCase() })
}

function checked(place: NamedPlace): NamedPlace | undefined {
  const { vault, secret, version } = place
  const isWell =
    VaultName.safeParse(vault).success &&
    (secret === undefined || SecretName.safeParse(secret).success) &&
    (version === undefined || SecretVersion.safeParse(version).success)
  return isWell ? place : undefined
}
