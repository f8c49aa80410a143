import { z } from 'zod';
export declare const Actor: z.ZodObject<{
    kind: z.ZodEnum<{
        agent: "agent";
        anonymous: "anonymous";
        console: "console";
        operator: "operator";
        system: "system";
    }>;
    id: z.ZodNullable<z.ZodString>;
    label: z.ZodString;
}, z.core.$strip>;
export type Actor = z.infer<typeof Actor>;
/** One rollover. `to` takes over from `from`; both are accepted between `overlapFrom` and `overlapUntil`. */
export declare const RotationSummary: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
    principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
    instance: z.ZodNullable<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
        name: z.ZodString;
    }, z.core.$strip>>;
    trigger: z.ZodEnum<{
        enable: "enable";
        manual: "manual";
        policy: "policy";
        reenroll: "reenroll";
        schedule: "schedule";
    }>;
    actor: z.ZodObject<{
        kind: z.ZodEnum<{
            agent: "agent";
            anonymous: "anonymous";
            console: "console";
            operator: "operator";
            system: "system";
        }>;
        id: z.ZodNullable<z.ZodString>;
        label: z.ZodString;
    }, z.core.$strip>;
    state: z.ZodEnum<{
        activated: "activated";
        cancelled: "cancelled";
        completed: "completed";
        failed: "failed";
        prepared: "prepared";
        requested: "requested";
    }>;
    from: z.ZodNullable<z.ZodObject<{
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
    }, z.core.$strip>>;
    to: z.ZodNullable<z.ZodObject<{
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
    }, z.core.$strip>>;
    requestedAt: z.ZodInt;
    preparedAt: z.ZodNullable<z.ZodInt>;
    activatedAt: z.ZodNullable<z.ZodInt>;
    finishedAt: z.ZodNullable<z.ZodInt>;
    overlapFrom: z.ZodNullable<z.ZodInt>;
    overlapUntil: z.ZodNullable<z.ZodInt>;
    attempts: z.ZodInt;
    errorCode: z.ZodNullable<z.ZodString>;
    errorDetail: z.ZodNullable<z.ZodString>;
}, z.core.$strip>;
export type RotationSummary = z.infer<typeof RotationSummary>;
/** One step that was taken or tried, in order. */
export declare const RotationAttempt: z.ZodObject<{
    id: z.ZodGUID;
    attempt: z.ZodInt;
    fromState: z.ZodNullable<z.ZodEnum<{
        activated: "activated";
        cancelled: "cancelled";
        completed: "completed";
        failed: "failed";
        prepared: "prepared";
        requested: "requested";
    }>>;
    toState: z.ZodNullable<z.ZodEnum<{
        activated: "activated";
        cancelled: "cancelled";
        completed: "completed";
        failed: "failed";
        prepared: "prepared";
        requested: "requested";
    }>>;
    outcome: z.ZodEnum<{
        error: "error";
        lost_lease: "lost_lease";
        ok: "ok";
    }>;
    actor: z.ZodObject<{
        kind: z.ZodEnum<{
            agent: "agent";
            anonymous: "anonymous";
            console: "console";
            operator: "operator";
            system: "system";
        }>;
        id: z.ZodNullable<z.ZodString>;
        label: z.ZodString;
    }, z.core.$strip>;
    startedAt: z.ZodInt;
    endedAt: z.ZodInt;
    errorCode: z.ZodNullable<z.ZodString>;
    detail: z.ZodNullable<z.ZodString>;
}, z.core.$strip>;
export type RotationAttempt = z.infer<typeof RotationAttempt>;
export declare const RotationDetail: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
    principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
    instance: z.ZodNullable<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
        name: z.ZodString;
    }, z.core.$strip>>;
    trigger: z.ZodEnum<{
        enable: "enable";
        manual: "manual";
        policy: "policy";
        reenroll: "reenroll";
        schedule: "schedule";
    }>;
    actor: z.ZodObject<{
        kind: z.ZodEnum<{
            agent: "agent";
            anonymous: "anonymous";
            console: "console";
            operator: "operator";
            system: "system";
        }>;
        id: z.ZodNullable<z.ZodString>;
        label: z.ZodString;
    }, z.core.$strip>;
    state: z.ZodEnum<{
        activated: "activated";
        cancelled: "cancelled";
        completed: "completed";
        failed: "failed";
        prepared: "prepared";
        requested: "requested";
    }>;
    from: z.ZodNullable<z.ZodObject<{
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
    }, z.core.$strip>>;
    to: z.ZodNullable<z.ZodObject<{
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
    }, z.core.$strip>>;
    requestedAt: z.ZodInt;
    preparedAt: z.ZodNullable<z.ZodInt>;
    activatedAt: z.ZodNullable<z.ZodInt>;
    finishedAt: z.ZodNullable<z.ZodInt>;
    overlapFrom: z.ZodNullable<z.ZodInt>;
    overlapUntil: z.ZodNullable<z.ZodInt>;
    attempts: z.ZodInt;
    errorCode: z.ZodNullable<z.ZodString>;
    errorDetail: z.ZodNullable<z.ZodString>;
    steps: z.ZodArray<z.ZodObject<{
        id: z.ZodGUID;
        attempt: z.ZodInt;
        fromState: z.ZodNullable<z.ZodEnum<{
            activated: "activated";
            cancelled: "cancelled";
            completed: "completed";
            failed: "failed";
            prepared: "prepared";
            requested: "requested";
        }>>;
        toState: z.ZodNullable<z.ZodEnum<{
            activated: "activated";
            cancelled: "cancelled";
            completed: "completed";
            failed: "failed";
            prepared: "prepared";
            requested: "requested";
        }>>;
        outcome: z.ZodEnum<{
            error: "error";
            lost_lease: "lost_lease";
            ok: "ok";
        }>;
        actor: z.ZodObject<{
            kind: z.ZodEnum<{
                agent: "agent";
                anonymous: "anonymous";
                console: "console";
                operator: "operator";
                system: "system";
            }>;
            id: z.ZodNullable<z.ZodString>;
            label: z.ZodString;
        }, z.core.$strip>;
        startedAt: z.ZodInt;
        endedAt: z.ZodInt;
        errorCode: z.ZodNullable<z.ZodString>;
        detail: z.ZodNullable<z.ZodString>;
    }, z.core.$strip>>;
}, z.core.$strip>;
export type RotationDetail = z.infer<typeof RotationDetail>;
/** When credentials roll. Rotation is due at `rotateAt` of the lifetime, less a stored random share of up to 20 %. */
export declare const RotationPolicy: z.ZodObject<{
    lifetimeSeconds: z.ZodInt;
    rotateAt: z.ZodNumber;
    overlapSeconds: z.ZodInt;
    keyAlgorithm: z.ZodEnum<{
        p256: "p256";
        rsa2048: "rsa2048";
    }>;
}, z.core.$strip>;
export type RotationPolicy = z.infer<typeof RotationPolicy>;
export declare const StoredRotationPolicy: z.ZodObject<{
    lifetimeSeconds: z.ZodInt;
    rotateAt: z.ZodNumber;
    overlapSeconds: z.ZodInt;
    keyAlgorithm: z.ZodEnum<{
        p256: "p256";
        rsa2048: "rsa2048";
    }>;
    version: z.ZodInt;
    updatedAt: z.ZodInt;
}, z.core.$strip>;
export type StoredRotationPolicy = z.infer<typeof StoredRotationPolicy>;
export declare const rotationApi: {
    list: {
        readonly method: "GET";
        readonly path: "/rotations";
        readonly summary: "History of rotations, newest first";
        readonly access: "rotations.read";
        readonly query: z.ZodObject<{
            cursor: z.ZodOptional<z.ZodString>;
            limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
            principalId: z.ZodOptional<z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">>;
            state: z.ZodOptional<z.ZodEnum<{
                activated: "activated";
                cancelled: "cancelled";
                completed: "completed";
                failed: "failed";
                prepared: "prepared";
                requested: "requested";
            }>>;
        }, z.core.$strip>;
        readonly response: z.ZodObject<{
            items: z.ZodArray<z.ZodObject<{
                id: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
                principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
                instance: z.ZodNullable<z.ZodObject<{
                    id: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
                    name: z.ZodString;
                }, z.core.$strip>>;
                trigger: z.ZodEnum<{
                    enable: "enable";
                    manual: "manual";
                    policy: "policy";
                    reenroll: "reenroll";
                    schedule: "schedule";
                }>;
                actor: z.ZodObject<{
                    kind: z.ZodEnum<{
                        agent: "agent";
                        anonymous: "anonymous";
                        console: "console";
                        operator: "operator";
                        system: "system";
                    }>;
                    id: z.ZodNullable<z.ZodString>;
                    label: z.ZodString;
                }, z.core.$strip>;
                state: z.ZodEnum<{
                    activated: "activated";
                    cancelled: "cancelled";
                    completed: "completed";
                    failed: "failed";
                    prepared: "prepared";
                    requested: "requested";
                }>;
                from: z.ZodNullable<z.ZodObject<{
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
                }, z.core.$strip>>;
                to: z.ZodNullable<z.ZodObject<{
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
                }, z.core.$strip>>;
                requestedAt: z.ZodInt;
                preparedAt: z.ZodNullable<z.ZodInt>;
                activatedAt: z.ZodNullable<z.ZodInt>;
                finishedAt: z.ZodNullable<z.ZodInt>;
                overlapFrom: z.ZodNullable<z.ZodInt>;
                overlapUntil: z.ZodNullable<z.ZodInt>;
                attempts: z.ZodInt;
                errorCode: z.ZodNullable<z.ZodString>;
                errorDetail: z.ZodNullable<z.ZodString>;
            }, z.core.$strip>>;
            nextCursor: z.ZodNullable<z.ZodString>;
        }, z.core.$strip>;
    };
    show: {
        readonly method: "GET";
        readonly path: "/rotations/:runId";
        readonly summary: "One rotation, step by step";
        readonly access: "rotations.read";
        readonly params: z.ZodObject<{
            runId: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
        }, z.core.$strip>;
        readonly response: z.ZodObject<{
            id: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
            principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
            instance: z.ZodNullable<z.ZodObject<{
                id: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
                name: z.ZodString;
            }, z.core.$strip>>;
            trigger: z.ZodEnum<{
                enable: "enable";
                manual: "manual";
                policy: "policy";
                reenroll: "reenroll";
                schedule: "schedule";
            }>;
            actor: z.ZodObject<{
                kind: z.ZodEnum<{
                    agent: "agent";
                    anonymous: "anonymous";
                    console: "console";
                    operator: "operator";
                    system: "system";
                }>;
                id: z.ZodNullable<z.ZodString>;
                label: z.ZodString;
            }, z.core.$strip>;
            state: z.ZodEnum<{
                activated: "activated";
                cancelled: "cancelled";
                completed: "completed";
                failed: "failed";
                prepared: "prepared";
                requested: "requested";
            }>;
            from: z.ZodNullable<z.ZodObject<{
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
            }, z.core.$strip>>;
            to: z.ZodNullable<z.ZodObject<{
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
            }, z.core.$strip>>;
            requestedAt: z.ZodInt;
            preparedAt: z.ZodNullable<z.ZodInt>;
            activatedAt: z.ZodNullable<z.ZodInt>;
            finishedAt: z.ZodNullable<z.ZodInt>;
            overlapFrom: z.ZodNullable<z.ZodInt>;
            overlapUntil: z.ZodNullable<z.ZodInt>;
            attempts: z.ZodInt;
            errorCode: z.ZodNullable<z.ZodString>;
            errorDetail: z.ZodNullable<z.ZodString>;
            steps: z.ZodArray<z.ZodObject<{
                id: z.ZodGUID;
                attempt: z.ZodInt;
                fromState: z.ZodNullable<z.ZodEnum<{
                    activated: "activated";
                    cancelled: "cancelled";
                    completed: "completed";
                    failed: "failed";
                    prepared: "prepared";
                    requested: "requested";
                }>>;
                toState: z.ZodNullable<z.ZodEnum<{
                    activated: "activated";
                    cancelled: "cancelled";
                    completed: "completed";
                    failed: "failed";
                    prepared: "prepared";
                    requested: "requested";
                }>>;
                outcome: z.ZodEnum<{
                    error: "error";
                    lost_lease: "lost_lease";
                    ok: "ok";
                }>;
                actor: z.ZodObject<{
                    kind: z.ZodEnum<{
                        agent: "agent";
                        anonymous: "anonymous";
                        console: "console";
                        operator: "operator";
                        system: "system";
                    }>;
                    id: z.ZodNullable<z.ZodString>;
                    label: z.ZodString;
                }, z.core.$strip>;
                startedAt: z.ZodInt;
                endedAt: z.ZodInt;
                errorCode: z.ZodNullable<z.ZodString>;
                detail: z.ZodNullable<z.ZodString>;
            }, z.core.$strip>>;
        }, z.core.$strip>;
    };
    credentials: {
        readonly method: "GET";
        readonly path: "/identities/:principalId/credentials";
        readonly summary: "Certificates of one identity, newest first";
        readonly access: "rotations.read";
        readonly params: z.ZodObject<{
            principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
        }, z.core.$strip>;
        readonly response: z.ZodObject<{
            items: z.ZodArray<z.ZodObject<{
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
            }, z.core.$strip>>;
            nextRotationAt: z.ZodNullable<z.ZodInt>;
        }, z.core.$strip>;
    };
    rotate: {
        readonly method: "POST";
        readonly path: "/identities/:principalId/rotations";
        readonly summary: "Rotate now; a rotation that is already under way is returned as it is";
        readonly access: "rotations.write";
        readonly params: z.ZodObject<{
            principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
        }, z.core.$strip>;
        readonly body: z.ZodObject<{
            reason: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>;
        readonly response: z.ZodObject<{
            id: z.core.$ZodBranded<z.ZodGUID, "RunId", "out">;
            principalId: z.core.$ZodBranded<z.ZodGUID, "ObjectId", "out">;
            instance: z.ZodNullable<z.ZodObject<{
                id: z.core.$ZodBranded<z.ZodGUID, "InstanceId", "out">;
                name: z.ZodString;
            }, z.core.$strip>>;
            trigger: z.ZodEnum<{
                enable: "enable";
                manual: "manual";
                policy: "policy";
                reenroll: "reenroll";
                schedule: "schedule";
            }>;
            actor: z.ZodObject<{
                kind: z.ZodEnum<{
                    agent: "agent";
                    anonymous: "anonymous";
                    console: "console";
                    operator: "operator";
                    system: "system";
                }>;
                id: z.ZodNullable<z.ZodString>;
                label: z.ZodString;
            }, z.core.$strip>;
            state: z.ZodEnum<{
                activated: "activated";
                cancelled: "cancelled";
                completed: "completed";
                failed: "failed";
                prepared: "prepared";
                requested: "requested";
            }>;
            from: z.ZodNullable<z.ZodObject<{
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
            }, z.core.$strip>>;
            to: z.ZodNullable<z.ZodObject<{
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
            }, z.core.$strip>>;
            requestedAt: z.ZodInt;
            preparedAt: z.ZodNullable<z.ZodInt>;
            activatedAt: z.ZodNullable<z.ZodInt>;
            finishedAt: z.ZodNullable<z.ZodInt>;
            overlapFrom: z.ZodNullable<z.ZodInt>;
            overlapUntil: z.ZodNullable<z.ZodInt>;
            attempts: z.ZodInt;
            errorCode: z.ZodNullable<z.ZodString>;
            errorDetail: z.ZodNullable<z.ZodString>;
        }, z.core.$strip>;
        readonly status: 201;
    };
    policy: {
        readonly method: "GET";
        readonly path: "/rotation-policy";
        readonly summary: "The rotation policy in force";
        readonly access: "rotations.read";
        readonly response: z.ZodObject<{
            lifetimeSeconds: z.ZodInt;
            rotateAt: z.ZodNumber;
            overlapSeconds: z.ZodInt;
            keyAlgorithm: z.ZodEnum<{
                p256: "p256";
                rsa2048: "rsa2048";
            }>;
            version: z.ZodInt;
            updatedAt: z.ZodInt;
        }, z.core.$strip>;
    };
    setPolicy: {
        readonly method: "PUT";
        readonly path: "/rotation-policy";
        readonly summary: "Change the rotation policy; due times follow at once";
        readonly access: "policies.write";
        readonly body: z.ZodObject<{
            lifetimeSeconds: z.ZodInt;
            rotateAt: z.ZodNumber;
            overlapSeconds: z.ZodInt;
            keyAlgorithm: z.ZodEnum<{
                p256: "p256";
                rsa2048: "rsa2048";
            }>;
            version: z.ZodInt;
        }, z.core.$strict>;
        readonly response: z.ZodObject<{
            lifetimeSeconds: z.ZodInt;
            rotateAt: z.ZodNumber;
            overlapSeconds: z.ZodInt;
            keyAlgorithm: z.ZodEnum<{
                p256: "p256";
                rsa2048: "rsa2048";
            }>;
            version: z.ZodInt;
            updatedAt: z.ZodInt;
        }, z.core.$strip>;
    };
};
//# sourceMappingURL=rotation.d.ts.map