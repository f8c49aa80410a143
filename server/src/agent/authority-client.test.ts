import { createServer, type Server } from 'node:https'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompanyCa } from '../../test/tls.ts'
import { AuthorityClient } from './authority-client.ts'

let server: Server
let client: AuthorityClient
let pinned: CompanyCa
let company: CompanyCa

beforeEach(async () => {
  pinned = await CompanyCa.make()
  company = await CompanyCa.make()
  client = new AuthorityClient(pinned.pem)
  server = createServer({ ...(await company.issue(['localhost'])) }, (_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  client.close()
  server.close()
  server.closeAllConnections()
})

async function ask(): Promise<number | string> {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    return (await client.post(`https://localhost:${port}/`, async () => 'a=b', '')).status
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}

describe('what the agent checks the authority by', () => {
  it("is the CA pinned at enrolment, and the operator's once the server says so", async () => {
    expect(await ask()).toBe('authority_unreachable')
    client.trust(company.pem)
    expect(await ask()).toBe(200)
  })

  it('may be the certificate itself, where no issuer of it is known', async () => {
    const own = await company.issue(['localhost'])
    server.setSecureContext(own)
    client.trust(own.cert)
    expect(await ask()).toBe(200)
  })

  it('is no longer what the server has stopped to say, also for connections that are open', async () => {
    client.trust(company.pem)
    expect(await ask()).toBe(200)
    client.trust(undefined)
    expect(await ask()).toBe('authority_unreachable')
  })
})
