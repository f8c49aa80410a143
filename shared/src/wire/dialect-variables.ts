import type { LocalDialect } from './agent-protocol.ts'

/** What a variable of a dialect holds. All but `secret` may be shown: that is known on the instance alone (SEC-99). */
export type VariableContent =
  /** The address of the dialect. */
  | 'url'
  /** The address of IMDS, which the dialect is known by. */
  | 'imds-url'
  | 'secret'
  /** SHA-1 thumbprint of the endpoint's own certificate. */
  | 'thumbprint'
  /** A file on the instance with the certificate that the endpoint's own is under. */
  | 'certificate-file'

/** The variables that lead a client to one dialect and to no other; `signet env`, the agent's files and the dashboard read it. */
export const dialectVariables: Record<LocalDialect, Readonly<Record<string, VariableContent>>> = {
  imds: { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'url' },
  // All four, so that the clients of before 2019 find their way too.
  'app-service': { IDENTITY_ENDPOINT: 'url', IDENTITY_HEADER: 'secret', MSI_ENDPOINT: 'url', MSI_SECRET: 'secret' },
  'app-service-2017': { MSI_ENDPOINT: 'url', MSI_SECRET: 'secret' },
  'machine-learning': { MSI_ENDPOINT: 'url', MSI_SECRET: 'secret' },
  'cloud-shell': { MSI_ENDPOINT: 'url' },
  arc: { IDENTITY_ENDPOINT: 'url', IMDS_ENDPOINT: 'imds-url' },
  'service-fabric': {
    IDENTITY_ENDPOINT: 'url',
    IDENTITY_HEADER: 'secret',
    IDENTITY_SERVER_THUMBPRINT: 'thumbprint',
    // Clients for JavaScript look at the chain alone.
    NODE_EXTRA_CA_CERTS: 'certificate-file',
  },
}
