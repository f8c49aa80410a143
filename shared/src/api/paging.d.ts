import { z } from 'zod';
/** Keyset paging: `cursor` is opaque and comes from the page before; there is no offset and no total. */
export declare const PageQuery: z.ZodObject<{
    cursor: z.ZodOptional<z.ZodString>;
    limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
}, z.core.$strip>;
export type PageQuery = z.infer<typeof PageQuery>;
export declare const pageOf: <T extends z.ZodType>(item: T) => z.ZodObject<{
    items: z.ZodArray<T>;
    nextCursor: z.ZodNullable<z.ZodString>;
}, z.core.$strip>;
export interface Page<T> {
    readonly items: T[];
    readonly nextCursor: string | null;
}
//# sourceMappingURL=paging.d.ts.map