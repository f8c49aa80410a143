import { localPaths } from '@signet/shared/wire/managed-identity'
import { writePrivateFile } from '../../platform/data-folder.ts'
import { type Listener, listen, type TlsMaterial } from '../../platform/http/listener.ts'
import type { Lifecycle } from '../../platform/lifecycle.ts'
import { StartupError } from '../../platform/signet-error.ts'
import { agentFiles } from '../agent-folder.ts'
import { ArcChallenges, canHoldChallenges } from './arc-challenges.ts'
import type { CallerSettings } from './caller-policy.ts'
import type { HeaderSecrets } from './header-secrets.ts'
import type { LocalEndpoints } from './identity-environment.ts'
import { makeLocalCertificate } from './local-certificate.ts'
import { type LocalEndpointParts, localEndpoint } from './local-endpoint.ts'
import type { LimitSettings } from './local-limits.ts'
import {
  arcSurface,
  cloudShellSurface,
  imdsSurface,
  type LocalSurface,
  mainSurface,
  serviceFabricSurface,
} from './local-surface.ts'
import { allowedHosts, isOfThisMachine, wellKnownAddress } from './request-guard.ts'
import { holdWellKnownAddress } from './well-known-address.ts'

/** What of the local endpoints can be chosen. */
export interface LocalSettings {
  /** A loopback address. */
  readonly bind: string
  /** Of all dialects that need no port of their own; 0 takes a free one. */
  readonly port: number
  /** Of Service Fabric, over TLS; 0 takes a free one, undefined serves none. */
  readonly serviceFabricPort: number | undefined
  /** A second port for Cloud Shell and the VM extension, whose clients know 50342. */
  readonly cloudShellPort: number | undefined
  /** A second port for Azure Arc, whose clients know 40342. */
  readonly arcPort: number | undefined
  /** Where challenge files of Azure Arc lie: clients take them from one folder alone. Undefined serves none. */
  readonly arcFolder: string | undefined
  /** ID of the group whose members may read them; that of the agent unless given. */
  readonly arcGroup: number | undefined
  /** Whether IMDS answers on its well-known address as well. */
  readonly wellKnownAddress: boolean
  /** Whether clients may take the endpoint for a proxy to that address. */
  readonly absoluteForm: boolean
  /** Whether every identity has a token file, also while no run wants one. */
  readonly tokenFiles: boolean
  readonly limits: LimitSettings
  readonly callers: CallerSettings
}

const wellKnownPort = 80

interface ListenerPlan {
  readonly name: string
  readonly setting: string
  readonly surface: LocalSurface
  readonly port: number
  readonly bind?: string
  readonly tls?: TlsMaterial
}

/** Opens every listener of an agent, each stopped by `lifecycle`, and says where they are. */
export class LocalListeners {
  readonly #agentDir: string
  readonly #settings: LocalSettings
  readonly #secrets: HeaderSecrets
  readonly #parts: LocalEndpointParts
  readonly #lifecycle: Lifecycle

  constructor(options: {
    agentDir: string
    settings: LocalSettings
    secrets: HeaderSecrets
    parts: LocalEndpointParts
    lifecycle: Lifecycle
  }) {
    this.#agentDir = options.agentDir
    this.#settings = options.settings
    this.#secrets = options.secrets
    this.#parts = options.parts
    this.#lifecycle = options.lifecycle
  }

  /** @throws StartupError when a port is taken or not allowed, or the well-known address cannot be had */
  async open(): Promise<LocalEndpoints> {
    const { bind, port, wellKnownAddress: isWellKnown, absoluteForm } = this.#settings
    if (absoluteForm) {
      this.#parts.log.warn(
        'answering clients that take this endpoint for their HTTP proxy (SIGNET_LOCAL_ABSOLUTE_FORM)',
      )
    }
    const challenges = this.#challenges()
    const surface = mainSurface(this.#secrets, challenges)
    const main = await this.#listen({ name: 'local endpoint', setting: 'SIGNET_LOCAL_PORT', port, surface })
    await this.#openFormerPorts(challenges)
    if (isWellKnown) await this.#openWellKnownAddress()
    const { serviceFabric, certificate } = await this.#openServiceFabric()
    const origin = `http://${hostOf(bind)}:${main.port}`
    return {
      urls: {
        imds: origin,
        'app-service': `${origin}${localPaths.appService}`,
        'app-service-2017': `${origin}${localPaths.appService}`,
        'machine-learning': `${origin}${localPaths.machineLearning}`,
        'cloud-shell': `${origin}${localPaths.cloudShell}`,
        ...(challenges && { arc: `${origin}${localPaths.arc}` }),
        ...(serviceFabric && { 'service-fabric': serviceFabric }),
      },
      identityHeader: this.#secrets.main,
      ...(absoluteForm && { asProxy: true as const }),
      ...(certificate && { certificate }),
    }
  }

  /** The ports that some clients have compiled in. */
  async #openFormerPorts(challenges: ArcChallenges | undefined): Promise<void> {
    const { cloudShellPort, arcPort } = this.#settings
    if (cloudShellPort !== undefined) {
      const plan = { name: 'local endpoint of the VM extension', setting: 'SIGNET_LOCAL_CLOUD_SHELL_PORT' }
      await this.#listen({ ...plan, port: cloudShellPort, surface: cloudShellSurface })
    }
    if (arcPort === undefined) return
    if (!challenges) throw new StartupError('SIGNET_LOCAL_ARC_PORT needs a SIGNET_LOCAL_ARC_DIR that can be written')
    const plan = { name: 'local endpoint of Azure Arc', setting: 'SIGNET_LOCAL_ARC_PORT' }
    await this.#listen({ ...plan, port: arcPort, surface: arcSurface(challenges) })
  }

  async #openWellKnownAddress(): Promise<void> {
    const release = await holdWellKnownAddress()
    this.#lifecycle.started('well-known address', release)
    await this.#listen({
      name: 'metadata endpoint',
      setting: 'SIGNET_LOCAL_WELL_KNOWN',
      bind: wellKnownAddress,
      port: wellKnownPort,
      surface: imdsSurface,
    })
  }

  async #openServiceFabric(): Promise<{ serviceFabric?: string; certificate?: LocalEndpoints['certificate'] }> {
    const { serviceFabricPort: port, bind } = this.#settings
    if (port === undefined) return {}
    const { material, thumbprint, caPem } = await makeLocalCertificate(bind, this.#parts.clock.now())
    const caFile = agentFiles.localCa(this.#agentDir)
    writePrivateFile(caFile, caPem)
    const listener = await this.#listen({
      name: 'local endpoint of Service Fabric',
      setting: 'SIGNET_LOCAL_SERVICE_FABRIC_PORT',
      port,
      surface: serviceFabricSurface(this.#secrets),
      tls: material,
    })
    const serviceFabric = `https://${hostOf(bind)}:${listener.port}${localPaths.serviceFabric}`
    return { serviceFabric, certificate: { thumbprint, caFile } }
  }

  #challenges(): ArcChallenges | undefined {
    const { arcFolder: folder, arcGroup: group } = this.#settings
    if (folder === undefined || !canHoldChallenges(folder)) return undefined
    const challenges = new ArcChallenges({ folder, group, clock: this.#parts.clock })
    this.#lifecycle.started('arc challenges', () => challenges.close())
    return challenges
  }

  async #listen(plan: ListenerPlan): Promise<Listener> {
    const { name, setting, port, surface, bind = this.#settings.bind, tls } = plan
    let hosts: ReadonlySet<string> = new Set()
    const handler = localEndpoint(this.#parts, surface, () => hosts)
    const listener = await listen({
      name,
      setting,
      bind,
      port,
      handler,
      admits: isOfThisMachine,
      ...(tls && { tls: { ...tls, minVersion: 'TLSv1.2' as const } }),
    })
    this.#lifecycle.started(name, () => listener.close())
    hosts = allowedHosts(bind, listener.port)
    return listener
  }
}

function hostOf(bind: string): string {
  return bind.includes(':') ? `[${bind}]` : bind
}
