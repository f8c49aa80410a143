import { ApplicationDetail, ApplicationSummary } from '@signet/shared/api/applications'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** An application with one secret and one certificate. */
export const exampleApplication = ApplicationDetail.parse({
  principalId: id(70),
  clientId: id(71),
  name: 'Build pipeline',
  state: 'enabled',
  federatedCredentials: 0,
  lastExpiryAt: 9e12,
  lastToken: null,
  deletedAt: null,
  purgeAt: null,
  createdAt: 1,
  version: 2,
  tenantId: id(4),
  authorityUrl: 'https://localhost:7421',
  secrets: [{ id: id(72), description: 'on build-01', hint: 'ab…yz', expiresAt: 9e12, lastUsedAt: null, createdAt: 1 }],
  certificates: [
    {
      id: id(73),
      subject: 'CN=build',
      serial: '4f01',
      thumbprint: 'CD'.repeat(20),
      x5tS256: 'B'.repeat(43),
      keyAlgorithm: 'rsa4096',
      notBefore: 1,
      notAfter: 9e12,
      longAssertions: false,
      firstUsedAt: null,
      lastUsedAt: null,
      registeredAt: 1,
      version: 6,
    },
  ],
})

export const exampleSummary = ApplicationSummary.parse({ ...exampleApplication, secrets: 1, certificates: 1 })
