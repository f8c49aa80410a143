import { type ErrorCode } from '@signet/shared/errors';
/** The only error a domain throws. `detail` is safe to show to the caller; anything else belongs in `cause`. */
export declare class SignetError extends Error {
    readonly code: ErrorCode;
    readonly detail: string;
    /** One sentence that says what to do next, where that is known. */
    readonly fix: string | undefined;
    readonly retryAfterSeconds: number | undefined;
    constructor(code: ErrorCode, detail?: string, options?: {
        cause?: unknown;
        fix?: string;
        retryAfterSeconds?: number;
    });
    get status(): number;
    /** Whatever was thrown, as one of ours: the edge calls this once, and nothing of a foreign error is shown. */
    static from(error: unknown): SignetError;
}
/** A fault in how Signet was started: one line that names the fault and the mend, and no stack. */
export declare class StartupError extends Error {
    constructor(message: string, options?: {
        cause?: unknown;
    });
}
//# sourceMappingURL=signet-error.d.ts.map