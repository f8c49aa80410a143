import { z } from 'zod';
/** Key credentials of principals, signing keys and certificate authorities all run through these states. */
export declare const CredentialState: z.ZodEnum<{
    active: "active";
    prepared: "prepared";
    retired: "retired";
    retiring: "retiring";
    revoked: "revoked";
}>;
export type CredentialState = z.infer<typeof CredentialState>;
/** Whether a credential may go from one state to the other. A prepared one that is never picked up retires unused. */
export declare function canMove(from: CredentialState, to: CredentialState): boolean;
/** A rotation run records one rollover, from the request to the retirement of the old credential. */
export declare const RunState: z.ZodEnum<{
    activated: "activated";
    cancelled: "cancelled";
    completed: "completed";
    failed: "failed";
    prepared: "prepared";
    requested: "requested";
}>;
export type RunState = z.infer<typeof RunState>;
/** Why a rollover was started. */
export declare const RunTrigger: z.ZodEnum<{
    enable: "enable";
    manual: "manual";
    policy: "policy";
    reenroll: "reenroll";
    schedule: "schedule";
}>;
export type RunTrigger = z.infer<typeof RunTrigger>;
/** Where a managed identity stands; `enabling` and `disabling` last until the agent has followed. */
export declare const IdentityState: z.ZodEnum<{
    disabling: "disabling";
    enabling: "enabling";
    off: "off";
    on: "on";
}>;
export type IdentityState = z.infer<typeof IdentityState>;
export declare const KeyAlgorithm: z.ZodEnum<{
    p256: "p256";
    rsa2048: "rsa2048";
}>;
export type KeyAlgorithm = z.infer<typeof KeyAlgorithm>;
//# sourceMappingURL=credential-states.d.ts.map