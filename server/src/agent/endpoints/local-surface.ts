import { firstApiVersion, localPaths } from '@signet/shared/wire/managed-identity'
import type { SignetError } from '../../platform/signet-error.ts'
import { type EndpointError, imdsErrorOf } from '../endpoint-errors.ts'
import { appService } from './app-service.ts'
import { appService2017 } from './app-service-2017.ts'
import { arc } from './arc.ts'
import type { ArcChallenges } from './arc-challenges.ts'
import { cloudShell } from './cloud-shell.ts'
import type { Dialect } from './dialect.ts'
import type { HeaderSecrets } from './header-secrets.ts'
import { imds } from './imds.ts'
import { machineLearning } from './machine-learning.ts'
import { serviceFabric } from './service-fabric.ts'

/** What one listener answers: dialects by path, and whether the documents of IMDS are there. */
export interface LocalSurface {
  /** @param version the request's `api-version`, if it has one */
  readonly dialectAt: (path: string, version: string | undefined) => Dialect | undefined
  readonly hasDocuments: boolean
  /** A refusal where no dialect was found. */
  readonly refusalOf: (error: SignetError) => EndpointError<unknown>
}

/** Every dialect that needs neither a port of its own nor TLS. */
export function mainSurface(secrets: HeaderSecrets, challenges: ArcChallenges | undefined): LocalSurface {
  const current = appService(secrets)
  const former = appService2017(secrets)
  const dialects = new Map<string, Dialect>([
    [localPaths.imdsToken, imds],
    [localPaths.machineLearning, machineLearning(secrets)],
    [localPaths.cloudShell, cloudShell],
    ...(challenges ? [[localPaths.arc, arc(challenges)] as const] : []),
  ])
  return {
    dialectAt: (path, version) => {
      if (path !== localPaths.appService) return dialects.get(path)
      return version === firstApiVersion['app-service-2017'] ? former : current
    },
    hasDocuments: true,
    refusalOf: imdsErrorOf,
  }
}

/** IMDS alone, on the address that clients know. */
export const imdsSurface: LocalSurface = {
  dialectAt: (path) => (path === localPaths.imdsToken ? imds : undefined),
  hasDocuments: true,
  refusalOf: imdsErrorOf,
}

export function serviceFabricSurface(secrets: HeaderSecrets): LocalSurface {
  const dialect = serviceFabric(secrets)
  return {
    dialectAt: (path) => (path === localPaths.serviceFabric ? dialect : undefined),
    hasDocuments: false,
    refusalOf: dialect.refusalOf,
  }
}

/** Azure Arc on the port and path that clients know. */
export function arcSurface(challenges: ArcChallenges): LocalSurface {
  const dialect = arc(challenges)
  return {
    dialectAt: (path) => (path === localPaths.imdsToken ? dialect : undefined),
    hasDocuments: false,
    refusalOf: imdsErrorOf,
  }
}

/** The VM extension on the port that its clients know; it refused other paths in a way of its own (wire-protocol §2.6). */
export const cloudShellSurface: LocalSurface = {
  dialectAt: (path) => (path === localPaths.cloudShell ? cloudShell : undefined),
  hasDocuments: false,
  refusalOf: (error) => {
    if (error.code !== 'not_found') return cloudShell.refusalOf(error)
    const body = { error: 'unknown_source', error_description: 'Unknown Source' }
    return { status: 401, body, headers: {} }
  },
}
