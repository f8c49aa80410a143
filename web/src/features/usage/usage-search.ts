import { z } from 'zod'

/** What the address of a Usage tab says. */
export const usageSearch = {
  days: z.enum(['30', '90', '400']).optional().catch(undefined),
}

export interface UsageSearch {
  readonly days?: '30' | '90' | '400' | undefined
}
