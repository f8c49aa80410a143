import type { CredentialRecord } from '@signet/shared/api/evidence'
import { keyAlgorithmName, keyLocationWords, runWords, triggerWords } from './words.ts'

type FactValue =
  | { readonly kind: 'id'; readonly value: string; readonly label: string }
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'words'; readonly words: string; readonly path?: string | undefined }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'none' }

interface CertificateFact {
  readonly name: string
  readonly value: FactValue
}

const said = (text: string): FactValue => ({ kind: 'said', text })
const words = (text: string, path?: string): FactValue => ({ kind: 'words', words: text, path })

/**
 * Everything that is on record about one certificate, in the order of its life. What did not happen is left out.
 *
 * @param of tells it from others on the same page, for the names of the copy buttons
 */
export function certificateFacts(record: CredentialRecord, of = ''): CertificateFact[] {
  const id = (value: string, label: string): FactValue => ({ kind: 'id', value, label: `${label}${of && `, ${of}`}` })
  return [
    { name: 'SHA-1 thumbprint', value: id(record.thumbprint, 'SHA-1 thumbprint') },
    { name: 'SHA-256 thumbprint', value: id(record.x5tS256, 'SHA-256 thumbprint') },
    { name: 'Serial number', value: id(record.serial, 'serial number') },
    {
      name: 'Key',
      value: words(`${keyAlgorithmName(record.keyAlgorithm)} · ${keyLocationWords[record.keyLocation]}`),
    },
    ...issuerFacts(record),
    { name: 'Cause', value: causeOf(record) },
    { name: 'Asked for by', value: said(record.actor.label) },
    ...timeFacts(record),
    ...acknowledgementFacts(record),
    ...(record.revokeReason === null ? [] : [{ name: 'Why it was revoked', value: said(record.revokeReason) }]),
    ...runFacts(record),
  ]
}

function causeOf({ cause, run }: CredentialRecord): FactValue {
  if (cause === null) return words('Registered by hand')
  return words(triggerWords[cause], run === null ? undefined : `/rotations/${run.id}`)
}

function issuerFacts({ issuer }: CredentialRecord): CertificateFact[] {
  if (issuer === null) return [{ name: 'Issued by', value: words('Not by Signet') }]
  return [
    { name: 'Issued by', value: said(issuer.subject) },
    { name: 'Serial number of the CA', value: said(issuer.serial) },
    { name: 'Thumbprint of the CA', value: said(issuer.thumbprint) },
  ]
}

function timeFacts(record: CredentialRecord): CertificateFact[] {
  const times = [
    ['Issued', record.issuedAt],
    ['Not before', record.notBefore],
    ['Not after', record.notAfter],
    ['Delivered', record.deliveredAt],
    ['Acknowledged', record.acknowledgement?.at ?? null],
    ['In use since', record.activatedAt],
    ['First use', record.firstUsedAt],
    ['Last use', record.lastUsedAt],
    ['Superseded', record.supersededAt],
    ['Accepted until', record.usableUntil],
    ['Retired', record.retiredAt],
    ['Revoked', record.revokedAt],
  ] as const
  return times.flatMap(([name, at]) => (at === null ? [] : [{ name, value: { kind: 'time', at } as const }]))
}

function acknowledgementFacts({ acknowledgement }: CredentialRecord): CertificateFact[] {
  if (acknowledgement === null) return []
  const { agentName, agentVersion } = acknowledgement
  return [
    { name: 'Acknowledged by', value: said(agentVersion === null ? agentName : `${agentName}, agent ${agentVersion}`) },
  ]
}

function runFacts({ run }: CredentialRecord): CertificateFact[] {
  if (run === null) return []
  const attempts = run.attempts === 1 ? '1 attempt' : `${run.attempts} attempts`
  const error = run.errorCode === null ? '' : ` · ${run.errorCode}`
  return [
    { name: 'Rotation', value: words(`${runWords[run.state].word} · ${attempts}${error}`, `/rotations/${run.id}`) },
  ]
}
