import { join } from 'node:path'
import type { Clock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import { OperatorCertificate } from './platform/crypto/operator-certificate.ts'
import { writePrivateFile } from './platform/data-folder.ts'
import type { Logger } from './platform/log.ts'
import type { CertificateAuthorities } from './principals/index.ts'

/**
 * What the domains have to know of the one HTTPS port: its names, and the operator's certificate. Writes `ca.pem`, every CA that
 * clients may need.
 *
 * @throws StartupError when the operator's certificate cannot be used
 */
export function openServicePort(parts: {
  config: Config
  clock: Clock
  log: Logger
  authorities: Pick<CertificateAuthorities, 'roots' | 'onChange'>
}) {
  const { config, authorities } = parts
  const { tlsFiles: files, answersCloudNames } = config
  const certificate = files && OperatorCertificate.open({ ...parts, files, publicHost: config.publicHost })
  const writeCas = () =>
    writePrivateFile(join(config.dataDir, 'ca.pem'), `${authorities.roots}${certificate?.current.ca ?? ''}`)
  writeCas()
  certificate?.onChange(writeCas)
  authorities.onChange(writeCas)
  return {
    certificate,
    authority: {
      authorityUrl: config.authorityUrl,
      otherAuthorityUrls: config.otherAuthorityUrls,
      audienceNames: new Map([
        [config.managementUrl, 'https://management.azure.com'],
        [config.vaultUrl, 'https://vault.azure.net'],
        [config.graphUrl, 'https://graph.microsoft.com'],
      ]),
    },
    /** PEM of what agents check the authority by, besides the CA they have pinned. */
    authorityCas: () => certificate?.current.trusted,
    attention: { serverCertificate: () => certificate?.current, answersCloudNames },
  }
}
