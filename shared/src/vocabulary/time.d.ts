import { z } from 'zod';
/** Milliseconds since 1970-01-01T00:00:00Z, on every surface that is our own. */
export declare const Instant: z.ZodInt;
export type Instant = z.infer<typeof Instant>;
export declare const secondMs = 1000;
export declare const minuteMs: number;
export declare const hourMs: number;
export declare const dayMs: number;
//# sourceMappingURL=time.d.ts.map