import { resolve } from 'node:path'
import { z } from 'zod'
import { rootKeySettings } from './crypto/root-key/root-key-settings.ts'
import { cloudNames, isHostName, loopbackNames, nameFaults, originOf, type ServiceNames } from './service-names.ts'
import { StartupError } from './signet-error.ts'

const portNumber = z.coerce.number().int().min(1).max(65_535)
const port = (fallback: number) => portNumber.default(fallback)
/** Of a user or a group; an empty one is none, where a number made of it would be root's. */
const numericId = z
  .string()
  .regex(/^\d{1,9}$/, 'a numeric ID')
  .transform(Number)
const list = z.string().transform((text) => text.split(',').map((part) => part.trim()))
const flag = z.enum(['true', 'false']).default('false')
const hostName = z.string().refine(isHostName, 'a lower-case host name')
const loopback = z.enum(['127.0.0.1', '::1'], 'only 127.0.0.1 or ::1')

/** Every setting there is, by its environment name. */
const settings = z.object({
  SIGNET_DATA_DIR: z.string().min(1).default('.signet/data'),
  ...rootKeySettings,
  SIGNET_AGENT_DIR: z.string().min(1).optional(),
  SIGNET_DOMAIN: hostName.optional(),
  SIGNET_PUBLIC_HOST: z.union([hostName, z.ipv4()], 'a lower-case host name').optional(),
  SIGNET_MANAGEMENT_HOST: hostName.optional(),
  SIGNET_GRAPH_HOST: hostName.optional(),
  SIGNET_VAULT_DOMAIN: hostName.optional(),
  SIGNET_CLOUD_NAMES: flag,
  SIGNET_TLS_CERT_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_TLS_KEY_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_TLS_CA_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_BIND: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  SIGNET_DASHBOARD_PORT: port(7420),
  SIGNET_AUTHORITY_PORT: port(7421),
  SIGNET_AGENTS_PORT: port(7422),
  SIGNET_LOCAL_BIND: loopback.default('127.0.0.1'),
  SIGNET_LOCAL_PORT: port(7430),
  SIGNET_LOCAL_SERVICE_FABRIC_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  SIGNET_LOCAL_CLOUD_SHELL_PORT: portNumber.optional(),
  SIGNET_LOCAL_ARC_PORT: portNumber.optional(),
  SIGNET_LOCAL_ARC_DIR: z.string().min(1).default('/var/opt/azcmagent/tokens'),
  SIGNET_LOCAL_ARC_GROUP: numericId.optional(),
  SIGNET_LOCAL_WELL_KNOWN: flag,
  SIGNET_LOCAL_ABSOLUTE_FORM: flag,
  SIGNET_LOCAL_TOKEN_FILES: flag,
  SIGNET_LOCAL_USERS: list.pipe(z.array(numericId)).optional(),
  SIGNET_LOCAL_UNITS: list.pipe(z.array(z.string().regex(/^[\w.:@\\-]{1,255}\.(service|scope)$/))).optional(),
  SIGNET_LOCAL_RATE: z.coerce.number().int().min(1).max(100_000).optional(),
  SIGNET_LOCAL_IN_FLIGHT: z.coerce.number().int().min(1).max(100_000).optional(),
  SIGNET_ROTATION_RATE: z.coerce.number().int().min(1).max(1_000).default(10),
  SIGNET_TOKEN_LIFETIME_SECONDS: z.coerce.number().int().min(600).max(86_400).default(3_600),
  SIGNET_HISTORY_DAYS: z.coerce.number().int().min(30).max(36_500).default(400),
  SIGNET_FEDERATION_CA_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_FEDERATION_ALLOW_PRIVATE: z.stringbool().default(false),
  SIGNET_ANCHOR_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_BACKUP_DIR: z.string().min(1).max(1_024).optional(),
  SIGNET_BACKUP_HOURS: z.coerce.number().int().min(0).max(168).default(1),
  SIGNET_BACKUP_KEEP_HOURLY: z.coerce.number().int().min(1).max(1_000).default(24),
  SIGNET_BACKUP_KEEP_DAILY: z.coerce.number().int().min(0).max(30).default(30),
  SIGNET_BALLAST_MIB: z.coerce.number().int().min(0).max(4_096).default(64),
  SIGNET_WEBHOOK_CA_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  SIGNET_METRICS_TOKEN_FILE: z.string().min(1).max(1_024).optional(),
  SIGNET_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** Names of `signet.env` and of tests: they may stand in the environment and are no settings. */
const otherNames = new Set([
  'SIGNET_AUTHORITY',
  'SIGNET_TENANT',
  'SIGNET_ARM_URL',
  'SIGNET_ARM_RESOURCE',
  'SIGNET_VAULT_RESOURCE',
  'SIGNET_IMDS_URL',
  'SIGNET_IDENTITY_ENDPOINT',
  'SIGNET_IDENTITY_HEADER',
  'SIGNET_ARC_ENDPOINT',
  'SIGNET_CLOUDSHELL_ENDPOINT',
  'SIGNET_ML_ENDPOINT',
  'SIGNET_SERVICE_FABRIC_ENDPOINT',
  'SIGNET_SERVICE_FABRIC_THUMBPRINT',
  'SIGNET_LOCAL_CA_FILE',
  'SIGNET_SYSTEM_CLIENT_ID',
  'SIGNET_SYSTEM_OBJECT_ID',
  'SIGNET_CA_FILE',
  'SIGNET_DASHBOARD_URL',
  'SIGNET_INSTANCE_NAME',
  'SIGNET_INSTANCE_ID',
  'SIGNET_INSTANCE_RESOURCE_ID',
  'SIGNET_JOIN_TOKEN',
  'SIGNET_E2E_CHROMIUM',
  'SIGNET_FUZZ_RUNS',
])

export interface Config {
  readonly dataDir: string
  /** Where the file provider keeps the root key, and where recovery puts a new one. */
  readonly rootKeyFile: string
  readonly agentDir: string
  /** Of the authority and of the agents' listener. */
  readonly publicHost: string
  /** What the services on the authority's port are called. */
  readonly names: ServiceNames
  /** Whether they answer to the names that clients of the cloud have compiled in, too. */
  readonly answersCloudNames: boolean
  /** The operator's own certificate and key for them, and the CA that clients check it by; paths of PEM files. */
  readonly tlsFiles: { readonly cert: string; readonly key: string; readonly ca: string | undefined } | undefined
  readonly bind: string
  readonly dashboardPort: number
  readonly authorityPort: number
  readonly agentsPort: number
  /** Of the agent's local endpoints. */
  readonly local: {
    readonly bind: string
    readonly port: number
    readonly serviceFabricPort: number
    readonly cloudShellPort: number | undefined
    readonly arcPort: number | undefined
    readonly arcFolder: string
    readonly arcGroup: number | undefined
    readonly wellKnownAddress: boolean
    readonly absoluteForm: boolean
    readonly tokenFiles: boolean
    readonly callers: { readonly users: number[] | undefined; readonly units: string[] | undefined }
    readonly limits: { readonly perSecond: number | undefined; readonly inFlight: number | undefined }
  }
  /** Runs that the schedule opens a second. */
  readonly rotationRate: number
  readonly tokenLifetimeSeconds: number
  /** For how many days rotations and certificates are kept after they have ended. */
  readonly historyDays: number
  /** Of connections to external issuers: PEM of more CAs than Node's own, and whether private addresses are allowed. */
  readonly federation: { readonly caFile: string | undefined; readonly allowPrivate: boolean }
  /** Outside the data: what the data is held against at each start. */
  readonly anchorFile: string
  /** Where backups are put, how often they are made by themselves (0: never), and how many stay. */
  readonly backups: {
    readonly folder: string
    readonly everyMs: number
    readonly keepHourly: number
    readonly keepDaily: number
  }
  /** Space that is held back on the disk for the last records when it is full. */
  readonly ballastBytes: number
  /** The same of the receivers of webhooks. */
  readonly webhooks: { readonly caFile: string | undefined; readonly allowPrivate: boolean }
  /** Holds the token of whoever scrapes the metrics; none are served on a port without. */
  readonly metricsTokenFile: string | undefined
  readonly logLevel: string
  /** `http://localhost:7420`: the dashboard is served on loopback only, so this never changes with the host. */
  readonly dashboardUrl: string
  /** `https://host:port`, without a trailing slash; the `H` of every issuer and endpoint. */
  readonly authorityUrl: string
  /** The same under every other name of the authority: its own, those of loopback, and those of the cloud it answers to. */
  readonly otherAuthorityUrls: { readonly own: readonly string[]; readonly cloud: readonly string[] }
  readonly managementUrl: string
  readonly graphUrl: string
  /** What the vaults are as a resource: each of them is one label below its host. */
  readonly vaultUrl: string
  readonly agentsUrl: string
}

/**
 * The configuration, from environment variables alone.
 *
 * @throws StartupError with every fault on one line, by the name of the setting; values are not repeated
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SIGNET_')))
  const unknown = Object.keys(given).filter((name) => !(name in settings.shape) && !otherNames.has(name))
  const parsed = settings.safeParse(given)
  const faults = [
    ...unknown.map((name) => `${name} is no setting of Signet (${closest(name)})`),
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])}: ${issue.message}`),
  ]
  if (parsed.error || faults.length > 0) throw wrong(faults)
  const config = derive(parsed.data)
  const together = [...nameFaults(config.names), ...fileFaults(parsed.data)]
  if (together.length > 0) throw wrong(together)
  return config
}

function wrong(faults: readonly string[]): StartupError {
  return new StartupError(`the configuration is wrong: ${faults.join('; ')}`)
}

function fileFaults(values: z.infer<typeof settings>): string[] {
  const { SIGNET_TLS_CERT_FILE: cert, SIGNET_TLS_KEY_FILE: key, SIGNET_TLS_CA_FILE: ca } = values
  if (cert !== undefined && key === undefined) return ['SIGNET_TLS_KEY_FILE: is needed with SIGNET_TLS_CERT_FILE']
  if (cert === undefined && (key ?? ca) !== undefined)
    return ['SIGNET_TLS_CERT_FILE: is needed with the files of its key and CA']
  return []
}

function derive(values: z.infer<typeof settings>): Config {
  const dataDir = resolve(values.SIGNET_DATA_DIR)
  const { SIGNET_AUTHORITY_PORT: port } = values
  const { publicHost, management, graph, vault } = hostsOf(values)
  const domain = values.SIGNET_DOMAIN ?? defaultDomain
  const names: ServiceNames = {
    authority: publicHost === 'localhost' ? [publicHost, `login.${domain}`] : [publicHost],
    ...{ management: [management], graph: [graph], vault: [vault] },
  }
  const aliases = [...names.authority, ...loopbackNames].filter((name) => name !== publicHost)
  const { SIGNET_TLS_CERT_FILE: cert, SIGNET_TLS_KEY_FILE: key, SIGNET_TLS_CA_FILE: ca } = values
  const answersCloudNames = values.SIGNET_CLOUD_NAMES === 'true'
  return Object.freeze({
    dataDir,
    rootKeyFile: resolve(values.SIGNET_ROOT_KEY_FILE ?? `${dataDir}/../keys/root.key`),
    agentDir: resolve(values.SIGNET_AGENT_DIR ?? `${dataDir}/../agent`),
    publicHost,
    names,
    answersCloudNames,
    tlsFiles:
      cert === undefined || key === undefined
        ? undefined
        : { cert: resolve(cert), key: resolve(key), ca: ca === undefined ? undefined : resolve(ca) },
    bind: values.SIGNET_BIND,
    dashboardPort: values.SIGNET_DASHBOARD_PORT,
    authorityPort: port,
    agentsPort: values.SIGNET_AGENTS_PORT,
    local: localSettings(values),
    rotationRate: values.SIGNET_ROTATION_RATE,
    tokenLifetimeSeconds: values.SIGNET_TOKEN_LIFETIME_SECONDS,
    historyDays: values.SIGNET_HISTORY_DAYS,
    federation: {
      caFile: values.SIGNET_FEDERATION_CA_FILE,
      allowPrivate: values.SIGNET_FEDERATION_ALLOW_PRIVATE,
    },
    anchorFile: resolve(values.SIGNET_ANCHOR_FILE ?? `${dataDir}/../anchor/anchor.json`),
    backups: {
      folder: resolve(values.SIGNET_BACKUP_DIR ?? `${dataDir}/../backups`),
      everyMs: values.SIGNET_BACKUP_HOURS * 3_600_000,
      keepHourly: values.SIGNET_BACKUP_KEEP_HOURLY,
      keepDaily: values.SIGNET_BACKUP_KEEP_DAILY,
    },
    ballastBytes: values.SIGNET_BALLAST_MIB * 2 ** 20,
    webhooks: { caFile: values.SIGNET_WEBHOOK_CA_FILE, allowPrivate: values.SIGNET_WEBHOOK_ALLOW_PRIVATE },
    metricsTokenFile: values.SIGNET_METRICS_TOKEN_FILE && resolve(values.SIGNET_METRICS_TOKEN_FILE),
    logLevel: values.SIGNET_LOG_LEVEL,
    dashboardUrl: `http://localhost:${values.SIGNET_DASHBOARD_PORT}`,
    authorityUrl: originOf(publicHost, port),
    otherAuthorityUrls: {
      own: [...new Set(aliases)].map((name) => originOf(name, port)),
      cloud: answersCloudNames ? cloudNames.authority.map((name) => originOf(name, 443)) : [],
    },
    managementUrl: originOf(management, port),
    graphUrl: originOf(graph, port),
    vaultUrl: originOf(vault, port),
    agentsUrl: originOf(publicHost, values.SIGNET_AGENTS_PORT),
  })
}

const defaultDomain = 'signet.test'

/** A domain that is set moves the authority there; until then it keeps a name that needs no entry anywhere. */
function hostsOf(values: z.infer<typeof settings>) {
  const {
    SIGNET_DOMAIN: own,
    SIGNET_PUBLIC_HOST,
    SIGNET_MANAGEMENT_HOST,
    SIGNET_GRAPH_HOST,
    SIGNET_VAULT_DOMAIN,
  } = values
  const domain = own ?? defaultDomain
  return {
    publicHost: SIGNET_PUBLIC_HOST ?? (own === undefined ? 'localhost' : `login.${domain}`),
    management: SIGNET_MANAGEMENT_HOST ?? `management.${domain}`,
    graph: SIGNET_GRAPH_HOST ?? `graph.${domain}`,
    vault: SIGNET_VAULT_DOMAIN ?? `vault.${domain}`,
  }
}

function localSettings(values: z.infer<typeof settings>): Config['local'] {
  return {
    bind: values.SIGNET_LOCAL_BIND,
    port: values.SIGNET_LOCAL_PORT,
    serviceFabricPort: values.SIGNET_LOCAL_SERVICE_FABRIC_PORT,
    cloudShellPort: values.SIGNET_LOCAL_CLOUD_SHELL_PORT,
    arcPort: values.SIGNET_LOCAL_ARC_PORT,
    arcFolder: resolve(values.SIGNET_LOCAL_ARC_DIR),
    arcGroup: values.SIGNET_LOCAL_ARC_GROUP,
    wellKnownAddress: values.SIGNET_LOCAL_WELL_KNOWN === 'true',
    absoluteForm: values.SIGNET_LOCAL_ABSOLUTE_FORM === 'true',
    tokenFiles: values.SIGNET_LOCAL_TOKEN_FILES === 'true',
    callers: { users: values.SIGNET_LOCAL_USERS, units: values.SIGNET_LOCAL_UNITS },
    limits: { perSecond: values.SIGNET_LOCAL_RATE, inFlight: values.SIGNET_LOCAL_IN_FLIGHT },
  }
}

function closest(name: string): string {
  const shared = (other: string) => {
    let length = 0
    while (length < name.length && name[length] === other[length]) length += 1
    return length
  }
  const best = Object.keys(settings.shape).sort((a, b) => shared(b) - shared(a))[0] ?? ''
  return shared(best) > 'SIGNET_'.length ? `did you mean ${best}?` : 'remove it'
}
