import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkInBrowser } from './browser-check.ts'

const issuer = 'https://localhost:7443/tenant/'
const audience = 'https://vault.azure.net'
const now = Date.now()
let keySet: { keys: Record<string, unknown>[] }
let sign: (claims: Record<string, unknown>) => Promise<string>

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig', x5c: ['ignored'] }] }
  sign = (claims) =>
    new SignJWT({ iss: issuer, aud: audience, exp: now / 1_000 + 600, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(privateKey)
})

async function verdicts(token: string, asked = audience) {
  const checks = await checkInBrowser(token, { keySet, issuer, audience: asked, now })
  return checks.map(({ name, ok }) => `${name} ${ok ? 'ok' : 'failed'}`)
}

describe('checkInBrowser', () => {
  test('accepts a token of the published keys for the audience that was asked for', async () => {
    const all = ['Signature ok', 'Validity ok', 'Issuer ok', 'Audience ok']
    expect(await verdicts(await sign({}))).toEqual(all)
    expect(await verdicts(await sign({}), `${audience}/.default`)).toEqual(all)
  })

  test('refuses a token whose signature was tampered with', async () => {
    const token = await sign({})
    const [header, , signature] = token.split('.')
    const forged = btoa(JSON.stringify({ iss: issuer, aud: audience })).replaceAll('=', '')
    expect(await verdicts(`${header}.${forged}.${signature}`)).toEqual(['Signature failed'])
  })

  test('names the check that an expired token fails', async () => {
    expect(await verdicts(await sign({ exp: now / 1_000 - 600 }))).toEqual(['Validity failed'])
  })

  test('refuses another audience and another issuer', async () => {
    const token = await sign({ aud: 'https://management.azure.com', iss: 'https://evil.example/' })
    expect(await verdicts(token)).toEqual(['Signature ok', 'Validity ok', 'Issuer failed', 'Audience failed'])
  })
})
