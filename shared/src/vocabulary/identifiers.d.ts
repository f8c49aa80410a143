import { z } from 'zod';
export declare const TenantId: z.core.$ZodBranded<z.ZodGUID, "TenantId", "out">;
export type TenantId = z.infer<typeof TenantId>;
/** Object ID of a service principal; the dashboard and ARM call it principal ID. */
export declare const ObjectId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
export type ObjectId = z.infer<typeof ObjectId>;
export declare const ClientId: z.core.$ZodBranded<z.ZodGUID, "ClientId", "out">;
export type ClientId = z.infer<typeof ClientId>;
export declare const InstanceId: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
export type InstanceId = z.infer<typeof InstanceId>;
export declare const AgentId: z.core.$ZodBranded<z.ZodGUID, "AgentId", "out">;
export type AgentId = z.infer<typeof AgentId>;
export declare const SlotId: z.core.$ZodBranded<z.ZodGUID, "SlotId", "out">;
export type SlotId = z.infer<typeof SlotId>;
/** UUIDv7: ordering by it is ordering by creation. */
export declare const CredentialId: z.core.$ZodBranded<z.ZodGUID, "CredentialId", "out">;
export type CredentialId = z.infer<typeof CredentialId>;
/** UUIDv7 of one rotation run. */
export declare const RunId: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
export type RunId = z.infer<typeof RunId>;
export declare const OperatorId: z.core.$ZodBranded<z.ZodGUID, "OperatorId", "out">;
export type OperatorId = z.infer<typeof OperatorId>;
/** SHA-256 thumbprint of a certificate, base64url without padding: 43 characters. */
export declare const ThumbprintS256: z.core.$ZodBranded<z.ZodString, "ThumbprintS256", "out">;
export type ThumbprintS256 = z.infer<typeof ThumbprintS256>;
//# sourceMappingURL=identifiers.d.ts.map