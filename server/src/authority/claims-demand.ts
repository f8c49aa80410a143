import { z } from 'zod'

const Demand = z.object({
  access_token: z.object({
    nbf: z
      .object({ value: z.coerce.number().int().min(0) })
      .optional()
      .catch(undefined),
    xms_cc: z
      .object({ values: z.array(z.string()).max(20) })
      .optional()
      .catch(undefined),
  }),
})

/** The only capability there is; clients spell it in either case. */
const capability = 'cp1'

/** What a client asks of a token by `claims` (wire-protocol §3.6); anything that is not known is ignored. */
interface ClaimsDemand {
  /** A claims challenge for a token that is not older than this. */
  readonly notBeforeSeconds?: number | undefined
  readonly capabilities?: readonly string[] | undefined
}

const noDemand: ClaimsDemand = {}

export function demandOf(claims: string | undefined): ClaimsDemand {
  if (!claims || claims.length > 4_096) return noDemand
  try {
    const asked = Demand.safeParse(JSON.parse(claims)).data?.access_token
    const isCapable = asked?.xms_cc?.values.some((value) => value.toLowerCase() === capability)
    return { notBeforeSeconds: asked?.nbf?.value, ...(isCapable && { capabilities: [capability] }) }
  } catch {
    return noDemand
  }
}
