/**
 * Who exists, and what they authenticate with: service principals, the certificates registered for them, every public
 * key ever seen, secrets of applications, trusts in external issuers, and the certificate authorities that sign. It never
 * decides when a certificate rolls (rotation) nor who gets one delivered (enrollment), never sees a private key of a
 * client, and verifies nobody (authority).
 * Owns the tables `principals`, `credentials`, `known_keys`, `client_secrets`, `federated_credentials`,
 * `certificate_authorities`.
 */
export { applicationHandlers, federationHandlers } from './admin-routes.ts'
export { ApplicationList } from './application-list.ts'
export { Applications } from './applications.ts'
export { authorityHandlers } from './authority-routes.ts'
export { CertificateAuthorities, type IssuedCertificate } from './certificate-authorities.ts'
export { ClientEndsStore } from './client-ends-store.ts'
export { type KnownSecret, secretOf } from './client-secret.ts'
export type { ClientCredential } from './credential-expiry.ts'
export { CredentialRecords, type StoredRecord } from './credential-records.ts'
export { summaryOf } from './credential-summary.ts'
export { CredentialUses } from './credential-uses.ts'
export { FederatedCredentials } from './federated-credentials.ts'
export { type FederatedRule, type FederatedTrust, isOfSubject, isOfSubjectButForCase } from './federated-rule.ts'
export { type KeyCredential, type Usability, usabilityAt } from './key-credential.ts'
export { type KeySet, type PublicJwk, publicJwk } from './pinned-keys.ts'
export { type Principal, restorableMs } from './principal.ts'
export { type ClientRecord, PrincipalRegistry } from './registry.ts'
export { RevocationLists } from './revocation-lists.ts'
export { TokenRevocations } from './token-revocations.ts'
export { UseList, type UseNumbers, usingPrincipal } from './use-list.ts'
export type { Withdrawal, WithdrawalObserver } from './withdrawal.ts'
