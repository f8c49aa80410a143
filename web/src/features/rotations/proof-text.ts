import type { CredentialRecord } from '@signet/shared/api/evidence'
import type { RotationDetail } from '@signet/shared/api/rotation'
import { keyAlgorithmName, keyLocationWords, runWords, triggerWords } from '../../api/words.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { continuityOf } from './continuity.ts'
import { type Stage, stagesOf } from './stages.ts'

/** Of a stage that has no time; one that is done was taken on the instance. */
const untimed: Partial<Record<Stage['status'], string>> = {
  never: 'did not happen',
  waiting: 'not yet',
  later: 'not yet',
}

const utc = (at: number) => new Date(at).toISOString()

/** One rotation as plain text, every time in UTC: what an auditor pastes into a file. */
export function proofText(run: RotationDetail, now: number): string {
  const { headline, sentence } = continuityOf(run, utc, now)
  const lines = [
    `Rotation ${run.id} of ${visibleText(run.principalName)}`,
    `Principal ID: ${run.principalId}`,
    `State: ${runWords[run.state].word}; cause: ${triggerWords[run.trigger]}; asked for by ${visibleText(run.actor.label)} (${run.actor.kind})`,
    '',
    `${headline}.`,
    sentence,
    '',
    ...stagesOf(run).map(({ name, at, by, status, detail }) =>
      at === null
        ? `${name}: ${untimed[status] ?? detail}`
        : `${utc(at)}  ${name}${by === null ? '' : `, by ${visibleText(by)}`}`,
    ),
    '',
    ...certificateLines('Old certificate', run.from),
    ...certificateLines('New certificate', run.to),
  ]
  if (run.firstToken !== null) {
    const { at, audience, uti, correlationId } = run.firstToken
    lines.push(`First token: ${utc(at)} for ${visibleText(audience)}, uti ${uti}, correlation ID ${correlationId}`)
  }
  if (run.errorDetail !== null) lines.push(`Error: ${visibleText(run.errorDetail)} (${run.errorCode ?? 'no code'})`)
  lines.push(`As seen at ${utc(now)}`)
  return `${lines.join('\n')}\n`
}

function certificateLines(title: string, credential: CredentialRecord | null): string[] {
  if (credential === null) return [`${title}: none`, '']
  const times = [
    ['issued', credential.issuedAt],
    ['delivered', credential.deliveredAt],
    ['acknowledged', credential.acknowledgement?.at ?? null],
    ['valid from', credential.notBefore],
    ['valid until', credential.notAfter],
    ['superseded', credential.supersededAt],
    ['accepted until', credential.usableUntil],
    ['retired', credential.retiredAt],
    ['revoked', credential.revokedAt],
    ['first use', credential.firstUsedAt],
    ['last use', credential.lastUsedAt],
  ] as const
  return [
    title,
    `  serial ${credential.serial}`,
    `  SHA-1 ${credential.thumbprint}`,
    `  SHA-256 ${credential.x5tS256}`,
    `  key ${keyAlgorithmName(credential.keyAlgorithm)}, ${keyLocationWords[credential.keyLocation].toLowerCase()}`,
    ...(credential.issuer === null
      ? []
      : [`  issued by ${visibleText(credential.issuer.subject)}, serial ${credential.issuer.serial}`]),
    ...times.flatMap(([name, at]) => (at === null ? [] : [`  ${name} ${utc(at)}`])),
    '',
  ]
}
