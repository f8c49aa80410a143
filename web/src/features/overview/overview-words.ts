import type { AttentionKind, FirstStep } from '@signet/shared/api/overview'
import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'

/** What is the matter, in the one word of a badge. */
export const attentionWords: Record<AttentionKind, string> = {
  identity_failing: 'Failing',
  identity_degraded: 'Degraded',
  identity_waiting: 'Waiting',
  agent_silent: 'Silent',
  agent_quarantined: 'Quarantined',
  rotation_stuck: 'Late',
  rotation_failed: 'Not rotated',
  client_credential_expiring: 'Expiring',
  federation_broad: 'Too broad',
  authority_expiring: 'Expiring',
  root_ending: 'Root ends',
  signing_key_late: 'Late',
  recovery_shares_missing: 'Missing',
  integrity_failed: 'Tampered',
  clock_doubtful: 'In doubt',
  server_certificate_expiring: 'Expiring',
  cloud_names_answered: 'Loosened',
}

export const firstStepWords: Record<FirstStep, { readonly title: string; readonly words: string }> = {
  agent_enrolled: {
    title: 'Enroll an instance',
    words: 'Register a machine and run the command it shows there.',
  },
  identity_on: { title: 'Turn on its identity', words: 'One switch; certificate and key come by themselves.' },
  token_tested: { title: 'Test a token', words: 'See every hop from the instance to the token.' },
  own_token: {
    title: 'Let a program get a token of its own',
    words: 'One line of shell, then any Azure SDK works as it is.',
  },
  recovery_shares: {
    title: 'Take recovery shares',
    words: 'Without them, whoever loses the root key loses the data. Run this on the server:',
  },
  second_instance: { title: 'Add a second instance', words: 'A fleet begins with two.' },
}

export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

const paces = [
  ['s', secondMs],
  ['min', minuteMs],
  ['h', hourMs],
] as const

/** The mean pace of what happened within 24 hours, by the smallest unit in which it is at least one; none below 1/h. */
export function paceWords(inOneDay: number): string | undefined {
  for (const [unit, ms] of paces) {
    const pace = (inOneDay * ms) / dayMs
    if (pace >= 1) return `${pace >= 10 ? Math.round(pace).toLocaleString('en') : pace.toFixed(1)}/${unit}`
  }
  return undefined
}

/** A share in percent: none and some never look alike. */
export function shareWords(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %'
  const percent = (100 * part) / whole
  return percent < 0.1 ? 'below 0.1 %' : `${percent.toFixed(1)} %`
}
