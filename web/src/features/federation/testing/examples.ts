import { FederatedCredential, FederationTest } from '@signet/shared/api/federation'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** Trusts one branch of a repository. */
export const exampleRule = FederatedCredential.parse({
  id: id(40),
  principalId: id(20),
  name: 'deploy',
  issuer: 'https://token.actions.githubusercontent.com',
  match: 'exact',
  subject: 'repo:contoso/shop:ref:refs/heads/main',
  audiences: ['api://AzureADTokenExchange'],
  keys: { source: 'discovery' },
  warnings: [],
  lastUsedAt: null,
  createdAt: 1,
  version: 3,
})

/** The verdict on a token of another branch. */
export const exampleVerdict = FederationTest.parse({
  accepted: false,
  aadsts: 700213,
  reason: 'No federated credential trusts this subject.',
  token: {
    issuer: exampleRule.issuer,
    subject: 'repo:contoso/shop:ref:refs/heads/\u202etest',
    audiences: exampleRule.audiences,
    algorithm: 'RS256',
    kid: 'k1',
    issuedAt: 1,
    notBefore: null,
    expiresAt: 2,
  },
  checks: [{ name: 'form', verdict: 'ok', detail: 'A signed JWT.' }],
  rules: [
    {
      id: exampleRule.id,
      name: exampleRule.name,
      accepted: false,
      checks: [
        { name: 'issuer', verdict: 'ok', detail: 'The same to the last character.' },
        { name: 'subject', verdict: 'failed', detail: 'It is of another branch.' },
        { name: 'signature', verdict: 'skipped', detail: 'The subject does not match.' },
      ],
    },
  ],
})
