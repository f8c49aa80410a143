import { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { describe, expect, test } from 'vitest'
import { snippetsOf } from './snippets.ts'

const endpointOf = (dialect: LocalDialect) => ({
  dialect,
  url: `http://127.0.0.1:7430${dialect === 'imds' ? '' : '/token'}`,
  environmentFile: '/opt/my app/identity.env',
})
const clientId = '5b1d0000-0000-4000-8000-000000000001'
const base = { resource: 'https://vault.azure.net', clientId, picksClient: false }
const clients = ['curl', 'PowerShell', 'az CLI', 'Python', 'JavaScript', '.NET', 'Go', 'Java']

describe.each(['imds', 'app-service'] as const)('snippets for %s', (dialect) => {
  const endpoint = endpointOf(dialect)
  const snippets = snippetsOf({ ...base, endpoint })

  test('are there for eight clients and name the audience', () => {
    expect(snippets.map(({ client }) => client)).toEqual(clients)
    for (const { code } of snippets) expect(decodeURIComponent(code)).toContain('https://vault.azure.net')
  })

  test('hold no secret: the header of this start stays in the file on the instance', () => {
    const all = JSON.stringify(snippets)
    expect(all).not.toMatch(/X-IDENTITY-HEADER['"]?[:=] *['"]?[A-Za-z0-9_-]{20,}/)
  })

  test('send the client ID only when it is picked, and name it otherwise', () => {
    const picked = snippetsOf({ ...base, endpoint, picksClient: true })
    for (const { code } of picked) expect(code).toContain(clientId)
    expect(snippets[0]?.code).not.toContain('client_id')
    expect(snippets.find(({ client }) => client === 'Python')?.code).toContain(`# client_id="${clientId}"`)
  })

  test('quote whatever an audience is made of', () => {
    const resource = `x"'$(reboot)\`\\`
    for (const { client, code } of snippetsOf({ ...base, resource, endpoint })) {
      if (client === 'az CLI') expect(code).toContain(`'x"'\\''$(reboot)`)
      else expect(code).not.toMatch(/(?<!\\)"x"'/)
    }
  })
})

test('lead each client to the agent by what it reads', () => {
  const imds = snippetsOf({ ...base, endpoint: endpointOf('imds') })
  const prepared = imds.filter(({ prepare }) => prepare?.includes('AZURE_POD_IDENTITY_AUTHORITY_HOST'))
  // Go knows the variable and does not use it; Java is not known to.
  expect(prepared.map(({ client }) => client)).toEqual(['az CLI', 'Python', 'JavaScript', '.NET'])
  const app = snippetsOf({ ...base, endpoint: endpointOf('app-service') })
  expect(new Set(app.map(({ prepare }) => prepare))).toEqual(new Set([". '/opt/my app/identity.env'"]))
})

test.each(LocalDialect.options)('for %s begin with curl, hold no secret, and name the audience', (dialect) => {
  const snippets = snippetsOf({ ...base, endpoint: endpointOf(dialect) })
  expect(snippets[0]?.client).toBe('curl')
  for (const { code } of snippets) expect(decodeURIComponent(code)).toContain('https://vault.azure.net')
  expect(JSON.stringify(snippets)).not.toMatch(/secret['"]?[:=] *['"]?[A-Za-z0-9_-]{20,}/i)
})

test('are of the clients alone that take the dialect for what it is', () => {
  const clientsOf = (dialect: LocalDialect) =>
    snippetsOf({ ...base, endpoint: endpointOf(dialect) }).map((one) => one.client)
  expect(clientsOf('app-service-2017')).toEqual(['curl', 'az CLI'])
  expect(clientsOf('arc')).toEqual(['curl', 'Python', 'JavaScript', '.NET', 'Go'])
})
