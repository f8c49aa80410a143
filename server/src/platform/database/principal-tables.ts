import type { ByActor, Flag, Versioned } from './columns.ts'

// Tables of `Schema` that say who exists, and what they authenticate with.

export interface PrincipalsTable extends Versioned {
  object_id: string
  client_id: string
  kind: 'system' | 'user' | 'app'
  display_name: string
  name_key: string
  owner_instance_id: string | null
  /** ARM ID that goes into `xms_mirid`; an application has none. */
  arm_id: string | null
  /** Null: as the audience or the deployment says. */
  token_ttl_s: number | null
  state: 'enabled' | 'suspended' | 'deleted'
  deleted_at: number | null
  purge_at: number | null
  /** Since when it is suspended. */
  suspended_at: number | null
  /** The resource group that it was suspended with, and is resumed with; null when it was suspended alone. */
  suspended_with: string | null
  /** Tokens from before then are refused. */
  tokens_revoked_at: number | null
  /** The hour of its newest token; 0 when it never got one. */
  token_key: number
  /** When it last got a token from a host that it had not used before; 0 for never. */
  new_host_key: number
}

/** The last act that took tokens from a principal. */
export interface WithdrawalsTable {
  principal_id: string
  tenant_id: string
  act: 'pause' | 'revoke' | 'delete' | 'detach'
  at: number
  correlation_id: string
  /** The resource group that it was done to as a whole. */
  group_id: string | null
}

/** An agent that may have such tokens. */
export interface WithdrawalAgentsTable {
  principal_id: string
  agent_id: string
  /** What it has to say: that it has no token of an earlier `version`, or that it has neither key nor token any more. */
  wanted: 'dropped' | 'wiped'
  version: number
  confirmed_at: number | null
}

/** A secret of an application, known by the SHA-256 of its value. */
export interface ClientSecretsTable extends Versioned {
  id: string
  principal_id: string
  description: string
  secret_sha256: Buffer
  hint: string
  expires_at: number
  last_used_at: number | null
}

export interface FederatedCredentialsTable extends Versioned {
  id: string
  principal_id: string
  name: string
  name_key: string
  issuer: string
  match: 'exact' | 'prefix' | 'expression'
  subject: string
  /** JSON array. */
  audiences: string
  /** Pinned key set as JSON; null where the issuer's discovery document names one. */
  jwks: string | null
  /** Whether it trusts more than was probably meant, as the rules were when it was saved. */
  broad: Flag
  last_used_at: number | null
}

/** Slot, run, CA and cause are null for a certificate that an operator registered, and for no other. */
export interface CredentialsTable extends Versioned, ByActor {
  id: string
  slot_id: string | null
  principal_id: string
  serial: string
  x5t: string
  x5t_s256: string
  spki_s256: string
  cert_der: Buffer
  key_alg: 'rsa2048' | 'rsa3072' | 'rsa4096' | 'p256'
  key_location: 'agent' | 'server' | 'external' | 'hsm'
  ca_id: string | null
  /** Whether assertions may live for 24 hours. */
  long_assertions: Flag
  not_before: number
  not_after: number
  usable_until: number | null
  state: 'prepared' | 'active' | 'retiring' | 'retired' | 'revoked'
  run_id: string | null
  activated_at: number | null
  revoked_at: number | null
  first_used_at: number | null
  last_used_at: number | null
  /** What the principal and its instance were called when it was issued. */
  principal_name: string
  instance_id: string | null
  instance_name: string | null
  /** Trigger of the rotation that brought it. */
  cause: string | null
  /** When it was first known to be on the instance: acknowledged, or used. */
  delivered_at: number | null
  acknowledged_at: number | null
  /** The agent that acknowledged it, as it was then. */
  ack_agent_id: string | null
  ack_agent_name: string | null
  ack_agent_version: string | null
  superseded_at: number | null
  retired_at: number | null
  revoke_reason: string | null
}

export interface KnownKeysTable {
  spki_s256: string
  tenant_id: string
  owner_kind: 'credential' | 'agent' | 'application'
  owner_id: string
  first_seen: number
}
