import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type ClientKeys, makeClientKeys } from './client-keys.ts'
import { type ClientProgram, clientPrograms } from './client-programs.ts'
import { Stack } from './stack.ts'

const run = promisify(execFile)

export interface Application {
  readonly principalId: string
  readonly clientId: string
}
export type Outcome = { token?: string; error?: string }

/** A way in which a published client proves who it is; what the table says of it. */
export interface Proof {
  readonly program: ClientProgram
  readonly client: string
  readonly way: string
  readonly kind: 'certificate' | 'secret' | 'federated'
  readonly variables: Readonly<Record<string, string>>
}

const federation = { issuer: 'https://oidc.prod.test/cluster', subject: 'system:serviceaccount:default:billing' }

/** A server with one application, which has every kind of proof; and the programs outside any instance that use them. */
export class ApplicationStack {
  readonly stack: Stack
  readonly application: Application
  readonly secret: { readonly id: string; readonly value: string }
  /** What every program needs, as an operator would hand it over. */
  readonly variables: Readonly<Record<string, string>>
  readonly #keys: Readonly<Record<'rsa' | 'ec' | 'endingRsa' | 'endingEc', ClientKeys>>
  readonly #issuerKey: CryptoKey
  #files = 0

  private constructor(
    parts: Pick<ApplicationStack, 'stack' | 'application' | 'secret'> & {
      keys: Readonly<Record<'rsa' | 'ec' | 'endingRsa' | 'endingEc', ClientKeys>>
      issuerKey: CryptoKey
    },
  ) {
    this.stack = parts.stack
    this.application = parts.application
    this.secret = parts.secret
    this.#keys = parts.keys
    this.#issuerKey = parts.issuerKey
    const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '', SIGNET_CA_FILE = '' } = this.stack.clientVariables()
    this.variables = {
      PATH: process.env['PATH'] ?? '',
      NODE_EXTRA_CA_CERTS: SIGNET_CA_FILE,
      REQUESTS_CA_BUNDLE: SIGNET_CA_FILE,
      SSL_CERT_FILE: SIGNET_CA_FILE,
      SIGNET_AUTHORITY,
      TENANT: SIGNET_TENANT,
      CLIENT_ID: this.application.clientId,
      SECRET: this.secret.value,
    }
  }

  /** @param endingMs how long the certificates that end are good */
  static async open(endingMs = 86_400_000): Promise<ApplicationStack> {
    const stack = await Stack.open()
    await stack.start()
    const application = await stack.admin<Application>('POST', '/applications', { name: 'billing' })
    const own = `/applications/${application.principalId}`
    const days = endingMs / 86_400_000
    const [rsa, ec, endingRsa, endingEc] = await Promise.all([
      makeClientKeys('rsa'),
      makeClientKeys('ec'),
      makeClientKeys('rsa', days),
      makeClientKeys('ec', days),
    ])
    const keys = { rsa, ec, endingRsa, endingEc }
    for (const { certificate } of [endingRsa, endingEc, rsa, ec]) {
      await stack.admin('POST', `${own}/certificates`, { certificate })
    }
    const secret = await stack.admin<ApplicationStack['secret']>('POST', `${own}/secrets`, { description: 'e2e' })
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }
    const credential = { name: 'cluster', ...federation, keys: { source: 'pinned', jwks } }
    await stack.admin('POST', `/identities/${application.principalId}/federated-credentials`, credential)
    return new ApplicationStack({ stack, application, secret, keys, issuerKey: privateKey })
  }

  close(): Promise<void> {
    return this.stack.close()
  }

  /** @returns its path */
  fileOf(content: string): string {
    this.#files += 1
    const file = join(this.stack.folder, `file-${this.#files}.pem`)
    writeFileSync(file, content, { mode: 0o600 })
    return file
  }

  /** A token of the external issuer, as a cluster hands one to a pod. */
  externalToken(subject = federation.subject): Promise<string> {
    return new SignJWT({ sub: subject })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(federation.issuer)
      .setAudience('api://AzureADTokenExchange')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(this.#issuerKey)
  }

  async ask({ program, client, variables }: Proof, more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const [file = '', ...args] = program.authority
    const env = { ...this.variables, ...program.variables, ...variables, ...more, CLIENT: client }
    const { stdout } = await run(file, args, { env, timeout: 90_000 })
    return JSON.parse(stdout) as Outcome
  }

  /** The proofs of a program by certificate, of its own or of another key pair. */
  certificates(program: ClientProgram, rsa = this.#keys.rsa, ec = this.#keys.ec): Proof[] {
    /** Key and certificate in one file, as the SDKs take them. */
    const pem = { KEY_FILE: this.fileOf(`${rsa.privateKey}${rsa.certificate}`) }
    const of = (client: string, way: string, variables: Record<string, string>) =>
      ({ program, client, way, kind: 'certificate', variables }) as const
    const keyOf = (keys: ClientKeys) => ({ KEY_FILE: this.fileOf(keys.privateKey), KID: keys.thumbprint })
    const adfs = { ...pem, TENANT: 'adfs' }
    const byEnvironment = this.#azureVariables({ AZURE_CLIENT_CERTIFICATE_PATH: pem.KEY_FILE })
    switch (program.language) {
      case 'JavaScript':
        return [
          of('azure-identity ClientCertificateCredential', 'certificate', pem),
          of('azure-identity ClientCertificateCredential', 'certificate, tenant adfs', adfs),
          of('azure-identity DefaultAzureCredential', 'certificate, by variables', byEnvironment),
          of('msal-node ConfidentialClientApplication', 'certificate', {
            ...keyOf(rsa),
            THUMBPRINT: rsa.thumbprintHex,
          }),
          of('openid-client private_key_jwt', 'certificate, RS256', keyOf(rsa)),
          of('oauth4webapi private_key_jwt ES256', 'certificate, ES256', keyOf(ec)),
        ]
      case 'Python':
        return [
          of('azure-identity CertificateCredential', 'certificate', pem),
          of('azure-identity CertificateCredential', 'certificate, tenant adfs', adfs),
          of('azure-identity DefaultAzureCredential', 'certificate, by variables', byEnvironment),
          of('msal ConfidentialClientApplication', 'certificate', {
            ...keyOf(rsa),
            THUMBPRINT_SHA1: rsa.thumbprintSha1,
          }),
        ]
      case 'Go':
        return [
          of('ClientCertificateCredential', 'certificate', pem),
          of('ClientCertificateCredential', 'certificate, tenant adfs', adfs),
          of('DefaultAzureCredential', 'certificate, by variables', byEnvironment),
        ]
    }
  }

  /** Those whose certificates end when this was opened for. */
  endingCertificates = (program: ClientProgram) => this.certificates(program, this.#keys.endingRsa, this.#keys.endingEc)

  secrets(program: ClientProgram): Proof[] {
    const of = (client: string, way: string, variables: Record<string, string> = {}) =>
      ({ program, client, way, kind: 'secret', variables }) as const
    const adfs = { TENANT: 'adfs' }
    const credential = program.language === 'Go' ? 'ClientSecretCredential' : 'azure-identity ClientSecretCredential'
    const sdk = [of(credential, 'secret'), of(credential, 'secret, tenant adfs', adfs)]
    if (program.language !== 'JavaScript') return sdk
    return [
      ...sdk,
      of('openid-client client_secret_post', 'secret, in the form'),
      of('oauth4webapi client_secret_basic', 'secret, HTTP Basic'),
    ]
  }

  /** @param token of the external issuer */
  federated(program: ClientProgram, token: string): Proof[] {
    const file = this.fileOf(token)
    const of = (client: string, way: string, variables: Record<string, string> = {}) =>
      ({ program, client, way, kind: 'federated', variables: { TOKEN_FILE: file, ...variables } }) as const
    const { TENANT: tenant = '' } = this.variables
    const byEnvironment = this.#azureVariables({ AZURE_TENANT_ID: tenant, AZURE_FEDERATED_TOKEN_FILE: file })
    switch (program.language) {
      case 'JavaScript':
        return [of('azure-identity WorkloadIdentityCredential', 'token file')]
      case 'Python':
        return [
          of('azure-identity ClientAssertionCredential', 'external token', byEnvironment),
          of('azure-identity ManagedIdentityCredential', 'token file, by variables', byEnvironment),
        ]
      case 'Go':
        return [of('WorkloadIdentityCredential', 'token file')]
    }
  }

  /** Every proof of every program there is here. */
  async proofs(): Promise<Proof[]> {
    const token = await this.externalToken()
    return clientPrograms.flatMap((program) => [
      ...this.certificates(program),
      ...this.secrets(program),
      ...this.federated(program, token),
    ])
  }

  #azureVariables(more: Readonly<Record<string, string>>): Record<string, string> {
    const { SIGNET_AUTHORITY = '', CLIENT_ID = '' } = this.variables
    return { AZURE_AUTHORITY_HOST: SIGNET_AUTHORITY, AZURE_CLIENT_ID: CLIENT_ID, AZURE_TENANT_ID: 'adfs', ...more }
  }
}
