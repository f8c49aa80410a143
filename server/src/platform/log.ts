import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/**
 * Structured log, one JSON object a line. Values that could be secrets are a `Secret` or never passed in; the redaction
 * list is a second line of defence. `error` wakes a person, `warn` is something that heals itself.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: [
        'authorization',
        'cookie',
        'token',
        'code',
        'secret',
        '*.authorization',
        '*.cookie',
        '*.token',
        '*.secret',
      ],
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  )
}
