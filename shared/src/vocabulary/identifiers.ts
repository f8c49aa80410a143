import { z } from 'zod'

/** Identifiers are branded, so that an object ID cannot stand where a client ID is meant. GUIDs are lower case. */
const guid = () => z.guid().toLowerCase()

export const TenantId = guid().brand<'TenantId'>()
export type TenantId = z.infer<typeof TenantId>

/** Object ID of a service principal; the dashboard and ARM call it principal ID. */
export const ObjectId = guid().brand<'ObjectId'>()
export type ObjectId = z.infer<typeof ObjectId>

export const ClientId = guid().brand<'ClientId'>()
export type ClientId = z.infer<typeof ClientId>

export const InstanceId = guid().brand<'InstanceId'>()
export type InstanceId = z.infer<typeof InstanceId>

export const AgentId = guid().brand<'AgentId'>()
export type AgentId = z.infer<typeof AgentId>

export const SlotId = guid().brand<'SlotId'>()
export type SlotId = z.infer<typeof SlotId>

/** UUIDv7: ordering by it is ordering by creation. */
export const CredentialId = guid().brand<'CredentialId'>()
export type CredentialId = z.infer<typeof CredentialId>

/** UUIDv7 of one rehearsal of a rotation. */
export const DrillId = guid().brand<'DrillId'>()
export type DrillId = z.infer<typeof DrillId>

/** UUIDv7 of one rotation run. */
export const RunId = guid().brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

/** UUIDv7 of one rollout. */
export const RolloutId = guid().brand<'RolloutId'>()
export type RolloutId = z.infer<typeof RolloutId>

/** UUIDv7 of one bulk job. */
export const JobId = guid().brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** UUIDv7 of one alert. */
export const AlertId = guid().brand<'AlertId'>()
export type AlertId = z.infer<typeof AlertId>

export const WebhookId = guid().brand<'WebhookId'>()
export type WebhookId = z.infer<typeof WebhookId>

/** UUIDv7 of one message to one webhook. */
export const DeliveryId = guid().brand<'DeliveryId'>()
export type DeliveryId = z.infer<typeof DeliveryId>

/** A registered audience; not its application ID. */
export const AudienceId = guid().brand<'AudienceId'>()
export type AudienceId = z.infer<typeof AudienceId>

export const OperatorId = guid().brand<'OperatorId'>()
export type OperatorId = z.infer<typeof OperatorId>

/** SHA-256 thumbprint of a certificate, base64url without padding: 43 characters. */
export const ThumbprintS256 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .brand<'ThumbprintS256'>()
export type ThumbprintS256 = z.infer<typeof ThumbprintS256>
