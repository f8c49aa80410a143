/**
 * What a token was got for, as far as the request tells: an instance; where an agent serves several that have the identity,
 * the agent; a federated credential; nothing for whoever comes with a secret or a certificate of their own.
 */
export interface UsagePlace {
  readonly kind: 'instance' | 'agent' | 'federated'
  readonly id: string
}

/**
 * From where it was got: the agent whose certificate asked, the federated credential, or a network address. `more` stands for
 * all addresses beyond those that are kept apart.
 */
export interface UsedHost {
  readonly kind: 'agent' | 'address' | 'federated' | 'more'
  readonly id: string
}

/** What is counted of a client that has proved itself, whatever it is answered. */
export interface ProvenUse {
  /** As `placeText` writes it; '' for none. */
  readonly place: string
  readonly host: UsedHost | undefined
}

export function placeText({ kind, id }: UsagePlace): string {
  return `${kind}:${id}`
}

export function placeOf(text: string): UsagePlace | null {
  const [, kind, id] = /^(instance|agent|federated):(.+)$/.exec(text) ?? []
  return kind === undefined || id === undefined ? null : { kind: kind as UsagePlace['kind'], id }
}
