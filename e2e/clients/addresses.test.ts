import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt } from 'jose'
import { type ClientKeys, makeClientKeys } from '../client-keys.ts'
import { javaScriptProgram } from '../client-programs.ts'
import { CompanyCa } from '../company-ca.ts'
import { note } from '../compatibility.ts'
import { Stack, program as signet } from '../stack.ts'

const run = promisify(execFile)
const program = (name: string) => fileURLToPath(new URL(`../workloads/${name}.ts`, import.meta.url))
const hostsFile = program('hosts-file')

type Outcome = { token?: string; error?: string }
interface Application {
  readonly principalId: string
  readonly clientId: string
}

let stack: Stack
let application: Application
let keys: ClientKeys
let secret = ''
let keyFile = ''
let machine: Record<string, string> = {}

/** The names that `signet hosts` prints for a domain, before there is a server that could be asked. */
const linesOf = (domain: string) =>
  ['login', 'management', 'graph', 'vault', 'acme.vault'].map((name) => `127.0.0.1\t${name}.${domain}\n`).join('')

/** A stack with a domain, on a machine whose hosts file has its names. */
async function open(domain: string, more: Record<string, string>): Promise<void> {
  stack = await Stack.open()
  const file = join(stack.folder, 'hosts')
  writeFileSync(file, linesOf(domain))
  Object.assign(stack.environment, {
    ...{ SIGNET_DOMAIN: domain, ...more },
    ...{
      NODE_OPTIONS: `--import=${hostsFile}`,
      HOSTS_FILE: file,
      HTTPS_PORT: stack.environment['SIGNET_AUTHORITY_PORT'],
    },
  })
}

/** An application outside any instance, and what its machine is told by `signet hosts` and `signet trust`. */
async function register(): Promise<void> {
  const file = join(stack.folder, 'client-hosts')
  writeFileSync(file, await stack.signet('hosts', '--vault', 'acme'))
  const { variables } = await stack.json<{ variables: Record<string, string> }>('trust')
  machine = { ...variables, HOSTS_FILE: file, HTTPS_PORT: stack.environment['SIGNET_AUTHORITY_PORT'] ?? '' }
  application = await stack.admin<Application>('POST', '/applications', { name: 'billing' })
  const own = `/applications/${application.principalId}`
  keys = await makeClientKeys('rsa')
  await stack.admin('POST', `${own}/certificates`, { certificate: keys.certificate })
  const made = await stack.admin<{ value: string }>('POST', `${own}/secrets`, { description: 'e2e' })
  secret = made.value
  keyFile = join(stack.folder, 'client.pem')
  writeFileSync(keyFile, `${keys.privateKey}${keys.certificate}`, { mode: 0o600 })
}

/** A client in a process of its own, on a machine that has the lines of `signet hosts` and the CA of `signet trust`. */
async function ask(workload: string, client: string, more: Record<string, string> = {}): Promise<Outcome> {
  const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '' } = stack.clientVariables()
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', ...machine, SIGNET_AUTHORITY },
    ...{ TENANT: SIGNET_TENANT, AZURE_TENANT_ID: SIGNET_TENANT, SCOPE: 'https://vault.azure.net/.default' },
    ...{ CLIENT_ID: application.clientId, AZURE_CLIENT_ID: application.clientId, AZURE_CLIENT_SECRET: secret },
    ...{ SECRET: secret, KEY_FILE: keyFile, KID: keys.thumbprint, THUMBPRINT: keys.thumbprintHex, CLIENT: client },
    ...more,
  }
  const { stdout } = await run(process.execPath, ['--import', hostsFile, program(workload)], { env, timeout: 60_000 })
  return JSON.parse(stdout) as Outcome
}

function expectToken({ token, error }: Outcome, audience = 'https://vault.azure.net'): void {
  expect(error).toBeUndefined()
  const { SIGNET_AUTHORITY, SIGNET_TENANT } = stack.clientVariables()
  expect(decodeJwt(token ?? '')).toMatchObject({
    ...{ aud: audience, appid: application.clientId, oid: application.principalId, tid: SIGNET_TENANT },
    iss: `${SIGNET_AUTHORITY}/${SIGNET_TENANT}/`,
  })
}

/** This machine asks its agent, which asks the authority anew. */
async function expectTokenOfInstance(): Promise<void> {
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  await stack.signet('instance', 'on', instance?.name ?? '')
  const { SIGNET_AUTHORITY } = stack.clientVariables()
  const ways = ['--resource', 'https://vault.azure.net', '--bypass-cache']
  const token = () => stack.signet('token', instance?.name ?? '', ...ways).catch(String)
  await expect.poll(token, { timeout: 60_000 }).toContain(`"iss": "${SIGNET_AUTHORITY}/`)
}

const asksForToken = /^401 \{"error":\{"code":"/

test.describe('a deployment with a domain, on a closed network', () => {
  test.beforeAll(async () => {
    await open('signet.test', { SIGNET_CLOUD_NAMES: 'true' })
    await stack.start()
    await register()
  })
  test.afterAll(() => stack.close())

  test('unmodified clients get tokens under the names that signet hosts prints and the CA that signet trust names', async () => {
    const variables = stack.clientVariables()
    expect(variables['SIGNET_AUTHORITY']).toMatch(/^https:\/\/login\.signet\.test:\d+$/)
    const outcomes = await Promise.all([
      ask('authority-client', 'azure-identity ClientCertificateCredential'),
      ask('authority-client', 'azure-identity ClientSecretCredential', { TENANT: 'adfs' }),
      ask('authority-client', 'msal-node ConfidentialClientApplication'),
      ask('authority-client', 'openid-client client_secret_post'),
    ])
    for (const outcome of outcomes) expectToken(outcome)
    for (const name of ['SIGNET_ARM_RESOURCE', 'SIGNET_VAULT_RESOURCE']) {
      const resource = variables[name] ?? ''
      const SCOPE = `${resource}/.default`
      expectToken(await ask('authority-client', 'openid-client client_secret_post', { SCOPE }), resource)
    }
  })

  test('clients that have the cloud compiled in get tokens of this authority with neither option nor variable', async () => {
    const outcomes = await Promise.all([
      ask('cloud-client', 'azure-identity ClientSecretCredential'),
      ask('cloud-client', 'azure-identity ClientCertificateCredential'),
      ask('cloud-client', 'azure-identity DefaultAzureCredential'),
      ask('cloud-client', 'msal-node ConfidentialClientApplication'),
    ])
    for (const outcome of outcomes) expectToken(outcome)
    for (const client of [
      ...['azure-identity ClientSecretCredential', 'azure-identity ClientCertificateCredential'],
      ...['azure-identity DefaultAzureCredential', 'msal-node ConfidentialClientApplication'],
    ]) {
      const way = 'names of the cloud, compiled in'
      note({ section: 'authority', ...javaScriptProgram.labelOf(client), way, result: 'token' })
    }
  })

  test('clients without instance discovery turned off are led by that of login.microsoftonline.com', async () => {
    const { SIGNET_AUTHORITY = '' } = stack.clientVariables()
    const env = { AZURE_AUTHORITY_HOST: SIGNET_AUTHORITY }
    expectToken(await ask('cloud-client', 'azure-identity DefaultAzureCredential', env))
    expectToken(await ask('cloud-client', 'azure-identity ClientCertificateCredential', env))
  })

  test('resource manager and vault ask for a token under each of their names', async () => {
    for (const client of ['fetch https://management.azure.com', 'fetch https://acme.vault.azure.net']) {
      expect((await ask('cloud-client', client)).token).toMatch(asksForToken)
    }
  })

  test('an instance gets its tokens as ever, and the dashboard warns of what is answered', async () => {
    await expectTokenOfInstance()
    const { items } = await stack.admin<{ items: { kind: string; severity: string }[] }>('GET', '/attention')
    expect(items).toContainEqual(expect.objectContaining({ kind: 'cloud_names_answered', severity: 'warning' }))
    expect(readFileSync(join(stack.folder, 'logs', 'serve.log'), 'utf8')).toContain('SIGNET_CLOUD_NAMES')
  })
})

test.describe("a deployment with its operator's certificate", () => {
  let company: CompanyCa
  const file = (name: string) => join(stack.folder, name)
  const put = (material: { cert: string; key: string }, ca = company) => {
    writeFileSync(file('ca.crt'), ca.pem)
    writeFileSync(file('tls.key'), material.key, { mode: 0o600 })
    writeFileSync(file('tls.crt'), material.cert)
  }
  const names = ['login.corp.test', 'management.corp.test', '*.vault.corp.test']

  test.beforeAll(async () => {
    await open('corp.test', {})
    company = await CompanyCa.make('Corp CA')
    put(await company.issue(names))
    Object.assign(stack.environment, {
      ...{ SIGNET_TLS_CERT_FILE: file('tls.crt'), SIGNET_TLS_KEY_FILE: file('tls.key') },
      SIGNET_TLS_CA_FILE: file('ca.crt'),
    })
    await stack.start()
    await register()
  })
  test.afterAll(() => stack.close())

  /** A client that trusts this CA alone. */
  const askTrusting = (ca: CompanyCa) => {
    writeFileSync(file('trusted.pem'), ca.pem)
    const trusted = file('trusted.pem')
    return ask('authority-client', 'openid-client client_secret_post', { NODE_EXTRA_CA_CERTS: trusted })
  }
  test('presents it to clients, and agents of the same server trust it without being told by anybody', async () => {
    expectToken(await askTrusting(company))
    await expectTokenOfInstance()
  })

  test("presents Signet's own for the names that it is not for", async () => {
    const port = stack.environment['SIGNET_AUTHORITY_PORT']
    const answer = async (host: string, ca: string) => {
      const more = { ADDRESS: `https://${host}:${port}/`, NODE_EXTRA_CA_CERTS: ca }
      const { token, error } = await ask('cloud-client', 'fetch', more)
      return token ?? error
    }
    const root = file('signet-root.pem')
    writeFileSync(
      root,
      /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/.exec(await stack.signet('trust', '--pem'))?.[0] ?? '',
    )
    expect(await answer('acme.vault.corp.test', file('ca.crt'))).toMatch(asksForToken)
    expect(await answer('graph.corp.test', root)).toMatch(asksForToken)
    expect(await answer('graph.corp.test', file('ca.crt'))).not.toMatch(asksForToken)
    expect(await answer('management.corp.test', root)).not.toMatch(asksForToken)
  })

  test('vouches for no name of the cloud unless it is told to', async () => {
    writeFileSync(file('forged-hosts'), '127.0.0.1 management.azure.com\n')
    const forged = { HOSTS_FILE: file('forged-hosts') }
    expect((await ask('cloud-client', 'fetch https://management.azure.com', forged)).error).toMatch(/altname|ALTNAME/)
  })

  test('takes a new one, even of another CA, from its files without a restart, and so do the agents', async () => {
    const next = await CompanyCa.make('Next CA')
    put(await next.issue(names), next)
    await expect.poll(async () => (await askTrusting(next)).error, { timeout: 60_000 }).toBeUndefined()
    expect((await askTrusting(company)).error).toBeDefined()
    await expectTokenOfInstance()
    company = next
  })

  test('refuses to start with one that does not fit, in one line', async () => {
    const other = await company.issue(['elsewhere.test'])
    writeFileSync(file('other.crt'), other.cert)
    const refusal = (env: Record<string, string>) =>
      run(process.execPath, [signet, 'serve'], {
        env: { ...stack.environment, SIGNET_DATA_DIR: file('other/data'), ...env },
        timeout: 60_000,
      }).then(
        () => 'it started',
        (error: { stderr: string }) => error.stderr.split('\n').filter((line) => line.startsWith('signet: ')),
      )
    await stack.stop()
    expect(await refusal({ SIGNET_TLS_CERT_FILE: file('other.crt') })).toEqual([
      expect.stringContaining('is not the key of the certificate'),
    ])
    expect(await refusal({ SIGNET_TLS_KEY_FILE: file('none.key') })).toEqual([
      expect.stringContaining('SIGNET_TLS_KEY_FILE'),
    ])
  })
})
