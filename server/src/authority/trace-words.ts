import type { AuthenticatedClient, Proof } from './client-authentication.ts'
import type { ResourceApp } from './resource-apps.ts'

// What the steps of a traced token request say of what they found.

export function clientInWords({ principal, proof }: AuthenticatedClient): string {
  return `Client ${principal.clientId} is enabled; ${proofInWords(proof)}`
}

function proofInWords(proof: Proof): string {
  if (proof.kind === 'certificate') return `certificate ${proof.credential.x5tS256} (x5t#S256) is its own and usable.`
  if (proof.kind === 'secret') return `secret ${proof.id} is its own and has not expired.`
  if (proof.kind === 'token-file') {
    return `its token file was got with certificate ${proof.credential.x5tS256} (x5t#S256), which is usable.`
  }
  return `federated credential ${proof.id} trusts the token of ${proof.trust.issuer}.`
}

export function audienceInWords({ name, uri, tokenVersion }: ResourceApp): string {
  return `${name}, registered as ${uri}; takes tokens of version ${tokenVersion}.`
}

export function signatureInWords({ kid, lifetimeSeconds }: { kid: string; lifetimeSeconds: number }): string {
  return `RS256 under key ${kid}, valid for ${lifetimeSeconds} s.`
}
