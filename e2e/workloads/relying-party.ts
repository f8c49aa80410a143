import { createRemoteJWKSet, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { JwksClient } from 'jwks-rsa'
import { BearerStrategy } from 'passport-azure-ad'

/**
 * A service that is given tokens, with each of the published libraries in turn. It reads tokens from standard input, one a line,
 * and prints for each library what it makes of each: `ok` or the refusal.
 */
const need = (name: string): string => process.env[name] ?? ''
const [metadataUrl, issuer, audience] = [need('METADATA'), need('ISSUER'), need('AUDIENCE')]

const response = await fetch(metadataUrl)
const { jwks_uri: jwksUri } = (await response.json()) as { jwks_uri: string }

const remote = createRemoteJWKSet(new URL(jwksUri))
const keys = new JwksClient({ jwksUri })

const libraries: Record<string, (token: string) => Promise<unknown>> = {
  jose: (token) => jwtVerify(token, remote, { issuer, audience, algorithms: ['RS256'] }),
  'jwks-rsa + jsonwebtoken': async (token) => {
    const { header } = jsonwebtoken.decode(token, { complete: true }) ?? {}
    const key = await keys.getSigningKey(header?.kid)
    return jsonwebtoken.verify(token, key.getPublicKey(), { issuer, audience, algorithms: ['RS256'] })
  },
  'passport-azure-ad': (token) =>
    new Promise((resolve, reject) => {
      const strategy = new BearerStrategy(
        { identityMetadata: metadataUrl, clientID: audience, audience, issuer, loggingLevel: 'error' },
        (payload, done) => done(null, payload, payload),
      )
      const outcome = {
        success: resolve,
        fail: (challenge: unknown) => reject(new Error(String(challenge))),
        error: reject,
      }
      const request = { headers: { authorization: `Bearer ${token}` }, body: {}, query: {} }
      Object.assign(Object.create(strategy), outcome).authenticate(request, {})
    }),
}

const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk)
const tokens = Buffer.concat(chunks).toString('utf8').trim().split('\n')

const verdicts: Record<string, string[]> = {}
for (const [name, verify] of Object.entries(libraries)) {
  verdicts[name] = await Promise.all(
    tokens.map((token) =>
      verify(token).then(
        () => 'ok',
        (error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`,
      ),
    ),
  )
}
process.stdout.write(JSON.stringify(verdicts))
process.exit(0)
