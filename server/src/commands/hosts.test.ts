import { describe, expect, it } from 'vitest'
import { hostEntries, printHosts, printRecords } from './hosts.ts'

const services = {
  ...{ bind: '127.0.0.1', port: 7421, certificate: null, vaultDomains: ['vault.signet.test'] },
  names: ['login.signet.test', 'management.signet.test', 'graph.signet.test', 'vault.signet.test'],
  cloud: null as { names: string[]; vaultDomains: string[] } | null,
}
const cloud = { names: ['login.microsoftonline.com', 'vault.azure.net'], vaultDomains: ['vault.azure.net'] }

const entries = (change: Partial<typeof services> = {}, address?: string, vaults: string[] = []) => {
  const answer = { authorityUrl: 'https://login.signet.test:7421', services: { ...services, ...change } } as never
  return hostEntries({ call: async () => answer }, { address, vaults })
}

describe('signet hosts', () => {
  it('has a line for every name, with the address that is listened on', async () => {
    expect(printHosts(await entries()).split('\n')).toEqual([
      '# Signet, port 7421; authority and issuer are https://login.signet.test:7421',
      '127.0.0.1\tlogin.signet.test',
      '127.0.0.1\tmanagement.signet.test',
      '127.0.0.1\tgraph.signet.test',
      '127.0.0.1\tvault.signet.test',
      expect.stringMatching(/^# \*\.vault\.signet\.test: a hosts file has no wildcards/),
    ])
  })

  it('has the lines of vaults that are named, and those of the cloud with a word of warning', async () => {
    const text = printHosts(await entries({ cloud }, '10.0.0.5', ['acme']))
    expect(text).toContain('10.0.0.5\tacme.vault.signet.test\n')
    expect(text).toMatch(/# names of the cloud \(SIGNET_CLOUD_NAMES\).*\n10\.0\.0\.5\tlogin\.microsoftonline\.com\n/)
    expect(text).toContain('10.0.0.5\tacme.vault.azure.net')
  })

  it('has records with wildcards for DNS, of the kind that the address is', async () => {
    expect(printRecords(await entries({ cloud }, '10.0.0.5'))).toContain('*.vault.signet.test. 300 IN A 10.0.0.5\n')
    expect(printRecords(await entries({}, 'fd00::5'))).toContain('login.signet.test. 300 IN AAAA fd00::5\n')
  })

  it('names an address that others reach where every address is listened on', async () => {
    expect((await entries({ bind: '0.0.0.0' })).address).not.toBe('0.0.0.0')
    expect((await entries({ bind: '10.0.0.5' })).address).toBe('10.0.0.5')
  })

  it('says so while the authority is still at its loopback name', async () => {
    const { names, ...rest } = await entries()
    const text = printHosts({ ...rest, names, authorityUrl: 'https://localhost:7421' })
    expect(text).toMatch(/\n# .*once the server runs with SIGNET_DOMAIN\n/)
  })

  it('leaves out a name that is an address', async () => {
    expect((await entries({ names: ['10.0.0.5', 'graph.signet.test'] })).names).toEqual(['graph.signet.test'])
  })

  it.each([
    ['localhost', []],
    ['10.0.0.1/8', []],
    [undefined, ['a.b']],
    [undefined, ['Acme']],
    [undefined, ['a\nb']],
  ])('refuses the address %j and the vaults %j', async (address, vaults) => {
    await expect(entries({}, address, vaults)).rejects.toThrow(address === undefined ? '--vault is' : '--address is')
  })
})
