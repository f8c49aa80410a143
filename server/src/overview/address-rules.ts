import type { AttentionItem, LifeStage, Severity } from '@signet/shared/api/overview'
import { span } from '../platform/span.ts'
import type { AttentionFacts } from './attention-facts.ts'
import { lifeStage } from './life-left.ts'

const severities: Record<LifeStage, Severity> = { 50: 'notice', 25: 'notice', 10: 'warning', 2: 'critical' }

/** What somebody should know of the names and the certificate of the services. */
export function addresses({ serverCertificate, answersCloudNames }: AttentionFacts, nowMs: number): AttentionItem[] {
  const items: AttentionItem[] = []
  const stage = serverCertificate ? lifeStage(serverCertificate, nowMs) : null
  if (serverCertificate && stage !== null) {
    const left = serverCertificate.notAfter - nowMs
    const fate = left > 0 ? `It ends in ${span(left)}` : 'It has expired'
    items.push({
      ...subjectOf('server_certificate_expiring', 'The certificate of the services', severities[stage]),
      reason: `${fate}: put a new one into its files, which are read again by themselves.`,
      fix: settingOf('SIGNET_TLS_CERT_FILE'),
    })
  }
  if (answersCloudNames) {
    items.push({
      ...subjectOf('cloud_names_answered', 'Names of the cloud', 'warning'),
      reason:
        'This server answers as login.microsoftonline.com and others: whoever trusts its CA and is led here takes it for the cloud.',
      fix: settingOf('SIGNET_CLOUD_NAMES=false'),
    })
  }
  return items
}

function subjectOf(kind: AttentionItem['kind'], title: string, severity: Severity) {
  return { key: kind, kind, severity, title, target: null, count: 1, requests: 0 }
}

function settingOf(command: string): AttentionItem['fix'] {
  return { code: 'change_setting', label: 'Copy the setting', path: null, command, steppedAt: null }
}
