import { z } from 'zod';
/** A certificate of a principal, as shown to people. The private key never leaves the instance. */
export declare const CredentialSummary: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodGUID, "CredentialId", "out">;
    serial: z.ZodString;
    thumbprint: z.ZodString;
    x5tS256: z.core.$ZodBranded<z.ZodString, "ThumbprintS256", "out">;
    keyAlgorithm: z.ZodString;
    keyLocation: z.ZodEnum<{
        agent: "agent";
        external: "external";
        hsm: "hsm";
        server: "server";
    }>;
    state: z.ZodEnum<{
        active: "active";
        prepared: "prepared";
        retired: "retired";
        retiring: "retiring";
        revoked: "revoked";
    }>;
    notBefore: z.ZodInt;
    notAfter: z.ZodInt;
    issuedAt: z.ZodInt;
    activatedAt: z.ZodNullable<z.ZodInt>;
    usableUntil: z.ZodNullable<z.ZodInt>;
    revokedAt: z.ZodNullable<z.ZodInt>;
    firstUsedAt: z.ZodNullable<z.ZodInt>;
    lastUsedAt: z.ZodNullable<z.ZodInt>;
}, z.core.$strip>;
export type CredentialSummary = z.infer<typeof CredentialSummary>;
//# sourceMappingURL=principals.d.ts.map