import { AgentError } from '@signet/shared/api/resources'
import type { ReportRequest } from '@signet/shared/wire/agent-protocol'
import { z } from 'zod'

/** As many as anybody reads; an agent that fails at more has one cause. */
const mostErrors = 20
const longestDetail = 300

const Stored = z.array(AgentError)

/**
 * What an agent reports, made fit to keep: bounded, without control characters, and dated. An error that was reported
 * before keeps the time it was first seen; one that is no longer reported is gone.
 */
export function mergeErrors(
  before: readonly AgentError[],
  reported: ReportRequest['errors'],
  now: number,
): AgentError[] {
  return reported.slice(0, mostErrors).map((each) => {
    const { slotId, code, detail } = cleaned(each)
    return { slotId, code, detail, at: earlierOf(before, { slotId, code, detail })?.at ?? now }
  })
}

/** What is reported now and was not before, made fit to keep. */
export function newErrors(before: readonly AgentError[], reported: ReportRequest['errors']): ReportRequest['errors'] {
  return reported
    .slice(0, mostErrors)
    .map(cleaned)
    .filter((error) => earlierOf(before, error) === undefined)
}

function cleaned(error: ReportRequest['errors'][number]): ReportRequest['errors'][number] {
  return { ...error, code: plain(error.code), detail: plain(error.detail).slice(0, longestDetail) }
}

function earlierOf(
  before: readonly AgentError[],
  { slotId, code, detail }: Pick<AgentError, 'slotId' | 'code' | 'detail'>,
): AgentError | undefined {
  return before.find((one) => one.slotId === slotId && one.code === code && one.detail === detail)
}

/** The column of `agents`; null when there is nothing to tell. */
export function writeErrors(errors: readonly AgentError[]): string | null {
  return errors.length === 0 ? null : JSON.stringify(errors)
}

export function readErrors(column: string | null): AgentError[] {
  return column === null ? [] : Stored.parse(JSON.parse(column))
}

/** Words of somebody else: no line breaks and no control or direction characters, which could forge a line of a screen. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').trim()
}
