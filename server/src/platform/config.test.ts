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
