/**
 * Secrets at rest: vaults as resources, their secrets and versions with sealed values, and the Key Vault data plane by
 * which clients reach them. It verifies no token (authority) and knows no role (authorization); it asks both on every
 * request. A value leaves after its record is durable, and through nothing but a read, a reveal or a sealed backup.
 * Owns the tables `vaults`, `vault_secrets`, `vault_secret_versions`, `vault_reads`.
 */
export { vaultHandlers } from './admin-routes.ts'
export { dataActions } from './secret.ts'
export { SecretsEndpoint } from './secrets-endpoint.ts'
export type { VaultDirectory } from './vault-directory.ts'
export type { NewVault, VaultRecord, Vaults } from './vaults.ts'
export { openVaults, type VaultDomain } from './vaults-domain.ts'
