import { z } from 'zod'

/** A search parameter that is left out when it is missing or bad. */
export const text = (max: number) => z.string().trim().max(max).optional().catch(undefined)

/** Of every list that is a page. */
export const listSearch = z.object({ q: text(1_000), sort: text(40), cols: text(400), peek: text(36), view: text(36) })

export const flag = z.literal('1').optional().catch(undefined)
