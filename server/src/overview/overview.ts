import { Attention, type AttentionParts } from './attention.ts'
import { Expiries, type ExpiryParts } from './expiries.ts'
import { FleetNumbers, type NumberParts } from './fleet-numbers.ts'
import { StandingTroubles } from './standing-troubles.ts'

/** The domain put together. */
export interface Overview {
  readonly attention: Attention
  readonly expiries: Expiries
  readonly numbers: FleetNumbers
  readonly troubles: StandingTroubles
}

export function openOverview(parts: AttentionParts & ExpiryParts & Omit<NumberParts, 'expiries'>): Overview {
  const expiries = new Expiries(parts)
  return {
    attention: new Attention(parts),
    expiries,
    numbers: new FleetNumbers({ ...parts, expiries }),
    troubles: new StandingTroubles({ ...parts, expiries }),
  }
}
