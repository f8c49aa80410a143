import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { CompanyCa } from '../../test/tls.ts'
import { printTrust, trust } from './trust.ts'

let folder: string
let caFile: string
let pem: string

beforeEach(async () => {
  folder = temporaryFolder()
  caFile = join(folder, "o'brien.pem")
  pem = (await CompanyCa.make()).pem
  writeFileSync(caFile, pem)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ask = (certificate: { names: string[]; caGiven: boolean } | null = null) => {
  const answer = { caFile, services: { certificate } } as never
  return trust({ call: async () => answer })
}

describe('signet trust', () => {
  it('has the variable of every runtime, quoted for a shell, and the store of every system', async () => {
    const text = printTrust(await ask())
    for (const name of ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE']) {
      expect(text).toContain(`\nexport ${name}='${caFile.replace("'", "'\\''")}'`)
    }
    for (const system of ['Debian', 'Fedora', 'macOS', 'Windows']) expect(text).toContain(`# ${system}`)
    expect(text).toContain('update-ca-certificates')
  })

  it('shows by which fingerprint the CA is known', async () => {
    const { certificates } = await ask()
    expect(certificates).toEqual([
      { subject: 'CN=Company CA', sha256: expect.stringMatching(/^([\dA-F]{2}:){31}/), notAfter: expect.any(String) },
    ])
  })

  it('has the CA itself for whoever cannot read the file', async () => {
    expect((await ask()).pem).toBe(pem)
  })

  it("says for which names the operator's own certificate is presented, and whether its CA is in the file", async () => {
    const names = ['login.corp.example']
    expect(printTrust(await ask({ names, caGiven: true }))).toContain('its CA is in the file too')
    expect(printTrust(await ask({ names, caGiven: false }))).toContain('need nothing if they trust its issuer')
  })

  it('says what to do when the file is gone', async () => {
    rmSync(caFile)
    await expect(ask()).rejects.toThrow('restart the server')
  })
})
