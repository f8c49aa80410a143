import { z } from 'zod';
/** The five built-in roles of operators (SEC-27); whatever a role does not list is denied. */
export declare const Role: z.ZodEnum<{
    admin: "admin";
    auditor: "auditor";
    developer: "developer";
    operator: "operator";
    viewer: "viewer";
}>;
export type Role = z.infer<typeof Role>;
export declare const Permission: z.ZodEnum<{
    "audit.read": "audit.read";
    "enrollment.write": "enrollment.write";
    "identities.write": "identities.write";
    "instances.read": "instances.read";
    "instances.write": "instances.write";
    "policies.write": "policies.write";
    "rotations.read": "rotations.read";
    "rotations.write": "rotations.write";
    "tokens.reveal": "tokens.reveal";
    "tokens.test": "tokens.test";
}>;
export type Permission = z.infer<typeof Permission>;
export declare const permissionsOf: Record<Role, readonly Permission[]>;
export declare function allows(role: Role, permission: Permission): boolean;
//# sourceMappingURL=permissions.d.ts.map