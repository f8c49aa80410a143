/** What the resource manager keeps of an instance, an identity or a group besides what it is. */
export interface ResourceDetails {
  /** Such as `westeurope`; nothing is done with it. */
  readonly location: string
  /** `properties`, `kind` and such, as they were given. */
  readonly envelope: Readonly<Record<string, unknown>>
  /** Empty for instances, whose tags are kept where lists are filtered by them. */
  readonly tags: Readonly<Record<string, string>>
}

/** Of what was not made at the resource manager. */
export const noDetails: ResourceDetails = { location: 'local', envelope: {}, tags: {} }

export function sameDetails(one: ResourceDetails, other: ResourceDetails): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
