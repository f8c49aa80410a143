import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { StartupError } from './signet-error.ts'

function faultsOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError)
    return String(error)
  }
  throw new Error('the configuration was accepted')
}

describe('the configuration', () => {
  it('needs no setting at all', () => {
    expect(readConfig({ PATH: '/bin' })).toMatchObject({
      publicHost: 'localhost',
      dashboardUrl: 'http://localhost:7420',
      authorityUrl: 'https://localhost:7421',
      agentsUrl: 'https://localhost:7422',
    })
  })

  it('has its authority on loopback until it is given a domain, which every service then has a name below', () => {
    const without = readConfig({})
    expect(without.managementUrl).toBe('https://management.signet.test:7421')
    expect(without.otherAuthorityUrls.own).toContain('https://login.signet.test:7421')
    const own = readConfig({ SIGNET_DOMAIN: 'id.corp.example', SIGNET_AUTHORITY_PORT: '443' })
    expect(own).toMatchObject({
      publicHost: 'login.id.corp.example',
      authorityUrl: 'https://login.id.corp.example',
      agentsUrl: 'https://login.id.corp.example:7422',
      managementUrl: 'https://management.id.corp.example',
      graphUrl: 'https://graph.id.corp.example',
      vaultUrl: 'https://vault.id.corp.example',
    })
  })

  it('calls each service as it is told, and the rest by the domain', () => {
    const config = readConfig({
      ...{ SIGNET_DOMAIN: 'corp.example', SIGNET_PUBLIC_HOST: 'sts.corp.example' },
      ...{ SIGNET_MANAGEMENT_HOST: 'arm.corp.example', SIGNET_VAULT_DOMAIN: 'secrets.corp.example' },
    })
    expect(config.names).toEqual({
      ...{ authority: ['sts.corp.example'], management: ['arm.corp.example'] },
      ...{ graph: ['graph.corp.example'], vault: ['secrets.corp.example'] },
    })
  })

  it('answers to no name of the cloud unless it is told to', () => {
    expect(readConfig({})).toMatchObject({ answersCloudNames: false, otherAuthorityUrls: { cloud: [] } })
    const { otherAuthorityUrls } = readConfig({ SIGNET_CLOUD_NAMES: 'true' })
    expect(otherAuthorityUrls.cloud).toContain('https://login.microsoftonline.com')
  })

  it.each([
    [{ SIGNET_GRAPH_HOST: 'login.signet.test' }, /SIGNET_GRAPH_HOST: another service/],
    [{ SIGNET_DOMAIN: 'x.example', SIGNET_VAULT_DOMAIN: 'x.example' }, /would be the name of a vault/],
    [{ SIGNET_PUBLIC_HOST: 'login.microsoftonline.com' }, /SIGNET_PUBLIC_HOST: a name of the cloud/],
    [{ SIGNET_TLS_CERT_FILE: 'a' }, /SIGNET_TLS_KEY_FILE: is needed with/],
    [{ SIGNET_TLS_CA_FILE: 'a' }, /SIGNET_TLS_CERT_FILE: is needed with/],
  ])('refuses names and files that do not go together: %j (SEC-181)', (environment, words) => {
    expect(faultsOf(environment)).toMatch(words)
  })

  it('keeps the root key outside the data folder by default (SEC-56)', () => {
    const { dataDir, rootKeyFile } = readConfig({ SIGNET_DATA_DIR: '/srv/signet/data' })
    expect(rootKeyFile).toBe('/srv/signet/keys/root.key')
    expect(rootKeyFile.startsWith(`${dataDir}/`)).toBe(false)
  })

  it('names every fault at once and repeats no value (SEC-181)', () => {
    const message = faultsOf({
      SIGNET_DASHBOARD_PORT: 'hunter2',
      SIGNET_PUBLIC_HOST: 'UPPER_secret',
      SIGNET_LOCAL_BIND: '0.0.0.0',
      SIGNET_TOKEN_LIFETIME_SECONDS: '5',
      SIGNET_DATADIR: 'swordfish',
    })
    for (const name of [
      'SIGNET_DASHBOARD_PORT',
      'SIGNET_PUBLIC_HOST',
      'SIGNET_LOCAL_BIND',
      'SIGNET_TOKEN_LIFETIME_SECONDS',
      'SIGNET_DATADIR',
    ]) {
      expect(message).toContain(name)
    }
    for (const value of ['hunter2', 'UPPER_secret', 'swordfish', '0.0.0.0']) expect(message).not.toContain(value)
    expect(message).not.toContain('\n')
  })

  it('says which setting a misspelt one may be (SEC-181)', () => {
    expect(faultsOf({ SIGNET_DASHBOARD_PROT: '1' })).toContain('did you mean SIGNET_DASHBOARD_PORT?')
  })

  it.each([
    ['SIGNET_AUTHORITY_PORT', '0'],
    ['SIGNET_AUTHORITY_PORT', '65536'],
    ['SIGNET_AUTHORITY_PORT', '7421.5'],
    ['SIGNET_BIND', 'localhost'],
    ['SIGNET_PUBLIC_HOST', 'host/path'],
    ['SIGNET_PUBLIC_HOST', ''],
    ['SIGNET_DOMAIN', ''],
    ['SIGNET_DOMAIN', '.signet.test'],
    ['SIGNET_DOMAIN', 'signet.test.'],
    ['SIGNET_DOMAIN', '*.signet.test'],
    ['SIGNET_DOMAIN', 'Signet.test'],
    ['SIGNET_DOMAIN', '10.0.0.1'],
    ['SIGNET_MANAGEMENT_HOST', '10.0.0.1'],
    ['SIGNET_VAULT_DOMAIN', 'a b'],
    ['SIGNET_CLOUD_NAMES', 'yes'],
    ['SIGNET_TLS_CERT_FILE', ''],
    ['SIGNET_LOG_LEVEL', 'verbose'],
    ['SIGNET_TOKEN_LIFETIME_SECONDS', '86401'],
    ['SIGNET_DATA_DIR', ''],
    ['SIGNET_LOCAL_USERS', ''],
    ['SIGNET_LOCAL_USERS', '1000,root'],
    ['SIGNET_LOCAL_UNITS', 'web'],
    ['SIGNET_LOCAL_ARC_GROUP', ''],
    ['SIGNET_LOCAL_WELL_KNOWN', 'yes'],
    ['SIGNET_LOCAL_RATE', '0'],
  ])('refuses %s=%s (SEC-181)', (name, value) => {
    expect(faultsOf({ [name]: value })).toContain(name)
  })

  it('has lists, flags and limits of the local endpoints off unless they are set', () => {
    const { local } = readConfig({})
    expect(local).toMatchObject({ wellKnownAddress: false, absoluteForm: false, cloudShellPort: undefined })
    expect([local.limits, local.callers]).toEqual([
      { perSecond: undefined, inFlight: undefined },
      { users: undefined, units: undefined },
    ])
    const set = readConfig({
      SIGNET_LOCAL_USERS: '0, 1000',
      SIGNET_LOCAL_UNITS: 'web@1.service',
      SIGNET_LOCAL_RATE: '20',
    })
    expect(set.local.callers).toEqual({ users: [0, 1_000], units: ['web@1.service'] })
    expect(set.local.limits.perSecond).toBe(20)
  })

  it('cannot be changed once read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true)
  })
})
