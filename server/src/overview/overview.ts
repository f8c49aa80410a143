import { Attention, type AttentionParts } from './attention.ts'
import { FleetNumbers, type NumberParts } from './fleet-numbers.ts'

/** The domain put together. */
export interface Overview {
  readonly attention: Attention
  readonly numbers: FleetNumbers
}

export function openOverview(parts: AttentionParts & NumberParts): Overview {
  return { attention: new Attention(parts), numbers: new FleetNumbers(parts) }
}
