import { describe, expect, it } from 'vitest'
import { cloudNames, hostNameOf, isHostName, nameFaults, originOf, ServiceDirectory } from './service-names.ts'

const names = {
  ...{ authority: ['login.signet.test'], management: ['management.signet.test'] },
  ...{ graph: ['graph.signet.test'], vault: ['vault.signet.test'] },
}
const directoryOf = (answersCloudNames = false) => new ServiceDirectory({ names, port: 7421, answersCloudNames })

describe('the directory of services', () => {
  it.each([
    ['login.signet.test:7421', 'authority'],
    ['login.signet.test', 'authority'],
    ['login.signet.test:', 'authority'],
    ['login.signet.test:443', 'authority'],
    ['LOGIN.Signet.TEST:7421', 'authority'],
    ['login.signet.test.', 'authority'],
    ['login.signet.test.:7421', 'authority'],
    ['localhost:7421', 'authority'],
    ['127.0.0.1:7421', 'authority'],
    ['[::1]:7421', 'authority'],
    ['[0:0:0:0:0:0:0:1]', 'authority'],
    ['management.signet.test:7421', 'management'],
    ['graph.signet.test', 'graph'],
    ['vault.signet.test:7421', 'vault'],
    ['acme.vault.signet.test:7421', 'vault'],
    ['ACME.vault.signet.test.', 'vault'],
  ])('takes %s for a name of the %s', (host, service) => {
    expect(directoryOf().find(host)?.service).toBe(service)
  })

  it.each([
    'signet.test',
    'evil.test',
    'login.signet.test.evil.test',
    'a.login.signet.test',
    'a.b.vault.signet.test',
    '.vault.signet.test',
    '-a.vault.signet.test',
    'login.signet.test..',
    'login.signet.test:99999',
    'login.signet.test:x',
    'user@login.signet.test',
    'login.signet.test, evil.test',
    'login.signet.test/',
    'login%2esignet.test',
    '127.0.0.2',
    '[::2]',
    '[::1',
    '::1',
    '[]',
    '',
    'ｌogin.signet.test',
    'login.microsoftonline.com',
    'acme.vault.azure.net',
  ])('knows nobody of the name %j', (host) => {
    expect(directoryOf().find(host)).toBeUndefined()
  })

  it('knows the names of the cloud once a setting allows them, and takes none of them for a configured one', () => {
    const directory = directoryOf(true)
    for (const [service, hosts] of Object.entries(cloudNames)) {
      for (const host of hosts) expect(directory.find(host)).toEqual({ service, isConfigured: false })
    }
    expect(directory.find('acme.vault.azure.net')?.service).toBe('vault')
    expect(directory.find('login.signet.test')?.isConfigured).toBe(true)
    expect(directory.find('localhost:7421')?.isConfigured).toBe(false)
  })
})

it('the name in a Host header is told from what names no host', () => {
  expect(hostNameOf('EVIL.test.:1')).toBe('evil.test')
  expect(hostNameOf('[0::1]:443')).toBe('::1')
  for (const none of ['', 'a b', 'a..b', '[g::1]', '.', ':7421']) expect(hostNameOf(none)).toBeUndefined()
})

it('an origin has no port of its own on 443, since URLs are compared without it', () => {
  expect(originOf('login.signet.test', 443)).toBe('https://login.signet.test')
  expect(originOf('::1', 7421)).toBe('https://[::1]:7421')
  expect(new URL(originOf('login.signet.test', 7421)).origin).toBe('https://login.signet.test:7421')
})

describe('names that cannot be told apart', () => {
  it.each([
    [{ graph: ['login.signet.test'] }, 'SIGNET_GRAPH_HOST: another service has that name'],
    [{ management: ['localhost'] }, "SIGNET_MANAGEMENT_HOST: loopback names are the authority's"],
    [{ vault: ['signet.test'] }, 'SIGNET_PUBLIC_HOST: would be the name of a vault'],
    [{ authority: ['login.windows.net'] }, 'SIGNET_PUBLIC_HOST: a name of the cloud'],
    [{ graph: ['mine.vault.azure.net'] }, 'SIGNET_GRAPH_HOST: a name of the cloud'],
  ])('are faults of their settings: %j', (change, fault) => {
    expect(nameFaults({ ...names, ...change }).join('; ')).toContain(fault)
  })

  it('are none of those that come with Signet', () => {
    expect(nameFaults(names)).toEqual([])
  })
})

it('a host name is lower case, no address, and leaves room for the names below it', () => {
  for (const good of ['localhost', 'signet.test', 'a-b.c0', 'xn--bcher-kva.example'])
    expect(isHostName(good)).toBe(true)
  const long = `${'a'.repeat(63)}.`.repeat(3)
  for (const bad of ['', '.', 'a.', '.a', 'a..b', '-a.b', 'a-.b', 'A.b', 'a_b', 'a.7', '10.0.0.1', '::1', `${long}b`]) {
    expect(isHostName(bad), bad).toBe(false)
  }
})
