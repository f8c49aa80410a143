/**
 * Who exists, and what they authenticate with: service principals, the certificates registered for them, every public
 * key ever seen, and the certificate authorities that sign. It never decides when a certificate rolls (rotation) nor
 * who gets one delivered (enrollment), and never sees a private key of an instance.
 * Owns the tables `principals`, `credentials`, `known_keys`, `certificate_authorities`.
 */
export { type AuthorityScope, CertificateAuthorities } from './certificate-authorities.ts'
export { CredentialUses } from './credential-uses.ts'
export { type KeyCredential, type Usability, usabilityAt } from './key-credential.ts'
export { type Principal, restorableMs } from './principal.ts'
export { PrincipalRegistry, summaryOf } from './registry.ts'
