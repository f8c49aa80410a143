import type { ColumnType, Generated } from 'kysely'
import type { AlertsTable, OutboxDeliveriesTable, WebhooksTable } from './alert-tables.ts'
import type { RoleAssignmentsTable, RoleDefinitionsTable } from './authorization-tables.ts'
import type { Flag, Versioned } from './columns.ts'
import type {
  AppRoleAssignmentsTable,
  IdentityAssignmentsTable,
  ResourceAppsTable,
  ResourceDetailsTable,
  RevokedTokensTable,
  UserIdentitiesTable,
} from './identity-tables.ts'
import type {
  ClientSecretsTable,
  CredentialsTable,
  FederatedCredentialsTable,
  KnownKeysTable,
  PrincipalsTable,
  WithdrawalAgentsTable,
  WithdrawalsTable,
} from './principal-tables.ts'
import type { RolloutItemsTable, RolloutsTable } from './rollout-tables.ts'
import type { VaultTables } from './vault-tables.ts'
import type {
  BulkItemsTable,
  BulkJobsTable,
  CredentialSlotsTable,
  RotationAttemptsTable,
  RotationDrillsTable,
  RotationFreezesTable,
  RotationPoliciesTable,
  RotationPolicyDaysTable,
  RotationReplansTable,
  RotationReviewsTable,
  RotationRunsTable,
} from './work-tables.ts'

export interface TenantsTable {
  id: string
  name: string
  domain_key: string
  state: 'active' | 'suspended' | 'deleted'
  version: number
  created_at: number
  updated_at: number
}

export interface SubscriptionsTable extends Versioned {
  id: string
  display_name: string
}

export interface ResourceGroupsTable extends Versioned {
  id: string
  subscription_id: string
  name: string
  name_key: string
  deleted_at: number | null
}

export interface ServiceInstancesTable extends Versioned {
  id: string
  subscription_id: string
  resource_group_id: string
  kind: 'vm' | 'app' | 'function' | 'container' | 'host'
  name: string
  name_key: string
  arm_id: string
  arm_id_key: string
  identity_state: 'off' | 'enabling' | 'on' | 'disabling'
  system_principal_id: string | null
  agent_id: string | null
  deleted_at: number | null
}

export interface ResourceTagsTable {
  resource_id: string
  /** Lower case. */
  tag_key: string
  tag_value: string
  tenant_id: string
}

/** One row per live service instance; see ADR-0009. Keys of times hold `0` or `neverMs` where there is none. */
export interface InstanceListTable {
  seq: Generated<number>
  id: string
  tenant_id: string
  name_key: string
  kind: ServiceInstancesTable['kind']
  state: string
  principal_id: string | null
  client_id: string | null
  agent: 'connected' | 'silent' | 'none'
  agent_version: string
  expires_key: number
  rotation_key: number
  /** Start of the hour of the last token. */
  token_key: number
  created_at: number
  /** When this row may be out of date although nothing was changed. */
  look_at: number
}

/** How many rows of `instance_list` have a value, and how many tags there are; kept by triggers. */
export interface InstanceCountsTable {
  tenant_id: string
  field: 'all' | 'state' | 'kind' | 'agent' | 'agent-version' | 'tag'
  value: string
  count: number
}

/** At most one row, and only inside the transaction of a retention pass: what ended before may be deleted in it. */
export interface RetentionPassTable {
  id: 1
  before: number
}

export interface SavedViewsTable extends Versioned {
  id: string
  list: 'instances' | 'identities' | 'applications' | 'audiences' | 'audit' | 'rotations' | 'certificates' | 'usage'
  owner_id: string
  shared: Flag
  name: string
  name_key: string
  filter: string
  sort: string
  columns: string
  time: string
}

export interface CertificateAuthoritiesTable {
  id: string
  scope: 'root' | 'tls' | 'agents' | 'credentials'
  subject: string
  cert_der: Buffer
  /** Of a root: the same name and key, vouched for by the root before it. */
  cross_der: Buffer | null
  key_enc: Buffer
  state: 'prepared' | 'active' | 'retiring' | 'retired' | 'revoked'
  not_before: number
  not_after: number
  /** Nothing it has signed is valid after this; raised ahead of what is signed, by a day at a time. */
  leaves_until: number
  version: number
  created_at: number
  updated_at: number
}

export interface SigningKeysTable {
  kid: string
  issuer_scope: string
  alg: 'RS256'
  state: 'prepared' | 'active' | 'retiring' | 'retired' | 'revoked'
  public_jwk: string
  cert_der: Buffer
  private_enc: Buffer
  activate_at: number
  retiring_at: number | null
  retire_at: number | null
  /** 1 while an operator keeps it from being removed. */
  held: 0 | 1
  version: number
  created_at: number
  updated_at: number
}

export interface DataKeysTable {
  id: string
  purpose: string
  wrapped: Buffer
  root_key_ref: string
  recovery_wrapped: Buffer | null
  state: 'active' | 'decrypt_only' | 'destroyed'
  created_at: number
}

/** One row at most: a new set replaces the old. */
export interface RecoverySetsTable {
  id: string
  shares: number
  threshold: number
  wrapped: Buffer
  created_at: number
}

export interface AgentsTable extends Versioned {
  id: string
  name: string
  state: 'active' | 'quarantined' | 'revoked'
  platform: string
  agent_version: string
  generation: number
  cert_x5t_s256: string
  cert_not_after: number
  renew_after: number
  renew_jitter: number
  new_x5t_s256: string | null
  new_not_after: number | null
  renew_request_id: string | null
  new_spki_s256: string | null
  new_cert_der: Buffer | null
  endpoints: string | null
  /** Of the newest state whose every slot the agent has tried. */
  acked_generation: number | null
  /** JSON; what the agent said is going wrong, null when nothing is. Untrusted (SEC-46). */
  errors: string | null
  last_seen_at: number | null
  revoked_at: number | null
  /** An operator lets it renew until then, although it slept for too long. */
  recover_until: number | null
}

export interface JoinTokensTable extends Versioned {
  id: string
  token_sha256: string
  instance_id: string
  max_uses: number
  uses: number
  expires_at: number
  created_by: string
}

export interface JoinTokenUsesTable {
  token_id: string
  spki_s256: string
  agent_id: string
  cert_der: Buffer
  at: number
}

export interface OperatorsTable extends Versioned {
  id: string
  username_key: string
  display_name: string
  role: 'viewer' | 'auditor' | 'operator' | 'developer' | 'admin'
  state: 'active' | 'disabled'
}

export interface OneTimeCodesTable {
  code_sha256: string
  purpose: 'setup' | 'sign_in'
  operator_id: string | null
  expires_at: number
  spent_at: number | null
  created_at: number
}

export interface OperatorSessionsTable {
  id_sha256: string
  tenant_id: string
  operator_id: string
  idle_expires_at: number
  absolute_expires_at: number
  last_seen_at: number
  step_up_at: number | null
  ip: string | null
  user_agent: string
  revoked_at: number | null
  created_at: number
}

export interface FailureCountersTable {
  scope: string
  key: string
  failures: number
  last_at: number
}

export interface AuditEventsTable {
  id: string
  tenant_id: string
  at: number
  actor_kind: string
  actor_id: string | null
  actor_label: string
  actor_ip: string | null
  action: string
  target_kind: string | null
  target_id: string | null
  target_label: string | null
  outcome: 'ok' | 'refused' | 'failed'
  reason: string | null
  correlation_id: string
  before: string | null
  after: string | null
}

/** A write that came with an idempotency key; `status` is null until it was answered. */
export interface IdempotencyKeysTable {
  tenant_id: string
  key_sha256: string
  request_sha256: string
  /** Whether the write has taken effect; set in the transaction of the effect. */
  effective: Flag
  status: number | null
  /** What was answered, as JSON. */
  response: string | null
  created_at: number
  expires_at: number
}

/** A finished test of the token tester, without its token. */
export interface TokenTracesTable {
  id: string
  tenant_id: string
  at: number
  actor_label: string
  instance_id: string
  instance_name: string
  resource: string
  dialect: string
  outcome: 'ok' | 'failed'
  code: string | null
  duration_ms: number
  /** The test as JSON. */
  result: string
}

export interface ChangeEventsTable {
  seq: Generated<number>
  kind: string
  entity_id: string
  at: number
}

export interface ClusterSettingsTable {
  key: string
  value: string
  version: number
  updated_at: number
}

/** The schema of `signet.db`, one name per table. */
export interface Schema extends VaultTables {
  tenants: TenantsTable
  subscriptions: SubscriptionsTable
  resource_groups: ResourceGroupsTable
  service_instances: ServiceInstancesTable
  resource_tags: ResourceTagsTable
  resource_details: ResourceDetailsTable
  instance_list: InstanceListTable
  instance_list_progress: { id: number; seq: number }
  instance_counts: InstanceCountsTable
  /** What a row of the list can be found by: three characters of its name, `tag:key`, `tag:key=value`; kept by triggers. */
  instance_terms: { term: string; name_key: string; seq: number }
  /** Rotations by day since 1970 (UTC); kept by triggers. */
  rotation_days: { tenant_id: string; day: number; done: number; planned: number }
  principals: PrincipalsTable
  client_secrets: ClientSecretsTable
  federated_credentials: FederatedCredentialsTable
  credentials: CredentialsTable
  known_keys: KnownKeysTable
  certificate_authorities: CertificateAuthoritiesTable
  rotation_policies: RotationPoliciesTable
  rotation_policy_days: RotationPolicyDaysTable
  rotation_freezes: RotationFreezesTable
  rotation_replans: RotationReplansTable
  credential_slots: CredentialSlotsTable
  rotation_drills: RotationDrillsTable
  rotation_runs: RotationRunsTable
  rotation_attempts: RotationAttemptsTable
  rotation_reviews: RotationReviewsTable
  rollouts: RolloutsTable
  rollout_items: RolloutItemsTable
  bulk_jobs: BulkJobsTable
  bulk_items: BulkItemsTable
  signing_keys: SigningKeysTable
  data_keys: DataKeysTable
  recovery_sets: RecoverySetsTable
  resource_apps: ResourceAppsTable
  app_role_assignments: AppRoleAssignmentsTable
  revoked_tokens: RevokedTokensTable
  role_definitions: RoleDefinitionsTable
  role_assignments: RoleAssignmentsTable
  user_identities: UserIdentitiesTable
  identity_assignments: IdentityAssignmentsTable
  agents: AgentsTable
  withdrawals: WithdrawalsTable
  withdrawal_agents: WithdrawalAgentsTable
  join_tokens: JoinTokensTable
  join_token_uses: JoinTokenUsesTable
  operators: OperatorsTable
  one_time_codes: OneTimeCodesTable
  operator_sessions: OperatorSessionsTable
  failure_counters: FailureCountersTable
  audit_events: AuditEventsTable
  /** Names and reasons that events have, each once; kept by a trigger. */
  audit_texts: { field: 'target' | 'actor' | 'reason'; text: string }
  idempotency_keys: IdempotencyKeysTable
  token_traces: TokenTracesTable
  change_events: ChangeEventsTable
  cluster_settings: ClusterSettingsTable
  retention_pass: RetentionPassTable
  saved_views: SavedViewsTable
  alerts: AlertsTable
  webhooks: WebhooksTable
  outbox_deliveries: OutboxDeliveriesTable
  schema_migrations: { version: ColumnType<number>; checksum: string; applied_at: number }
}
