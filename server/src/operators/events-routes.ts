import { randomUUID } from 'node:crypto'
import { afterParameter, type ChangeEvent, eventsPath, type StreamMark } from '@signet/shared/api/events'
import { secondMs } from '@signet/shared/vocabulary/time'
import { type IRouter, type Request, Router } from 'express'
import type { Clock, Timer } from '../platform/clock.ts'
import type { SequencedChange } from '../platform/database/database.ts'
import { sendProblem } from '../platform/http/problem.ts'
import { EventStream } from '../platform/http/sse.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { SignedIn } from './sessions.ts'

const beatMs = 15 * secondMs
/** Beyond this many missed changes, reading everything again is less work for both sides. */
const mostMissed = 1_000
/** Streams of one session; a browser shares one between its tabs, so more are a fault or an attack. */
const mostPerSession = 12

/** What the streams ask of the database. */
interface ChangeFeed {
  subscribe(subscriber: (changes: readonly SequencedChange[]) => void): () => void
  changesAfter(seq: number, limit: number): Promise<SequencedChange[] | undefined>
  latestSeq(): Promise<number>
}

/** What the streams ask of the sessions. */
interface SessionWatch {
  isLive(sessionId: string): Promise<boolean>
  onEnded(listener: (sessionId: string) => void): () => void
}

interface StreamParts {
  readonly feed: ChangeFeed
  readonly sessions: SessionWatch
  readonly clock: Clock
}

/** Says who asks; throws `unauthenticated`. */
type Admit = (request: Request, correlationId: string) => Promise<SignedIn>

/**
 * The dashboard's stream of changes. A reader that comes back gets what it missed, or is told to read everything again;
 * no change is lost between the two, because the live ones are held back until the missed ones are sent. A stream ends
 * the moment its session does (SEC-18), and never keeps a session alive (SEC-17).
 */
export class ChangeStreams {
  readonly #parts: StreamParts
  readonly #open = new Map<string, Set<EventStream>>()

  constructor(parts: StreamParts) {
    this.#parts = parts
    parts.sessions.onEnded((sessionId) => {
      for (const stream of this.#open.get(sessionId) ?? []) stream.end()
    })
  }

  get count(): number {
    return [...this.#open.values()].reduce((sum, streams) => sum + streams.size, 0)
  }

  /** Answers one request with a stream. @throws SignetError `too_many_requests` */
  async serve(sessionId: string, after: number | undefined, open: () => EventStream): Promise<void> {
    const streams = this.#open.get(sessionId) ?? new Set()
    if (streams.size >= mostPerSession) {
      throw new SignetError('too_many_requests', 'This session has too many event streams open.', {
        retryAfterSeconds: 30,
      })
    }
    const stream = open()
    this.#open.set(sessionId, streams.add(stream))
    const { feed } = this.#parts
    const held: SequencedChange[] = []
    let sent: number | undefined
    const unsubscribe = feed.subscribe((changes) => {
      if (sent === undefined) held.push(...changes)
      else for (const change of changes) sent = send(stream, change, sent)
    })
    const heart = this.#beat(sessionId, stream, () => sent ?? 0)
    stream.onClose(() => {
      unsubscribe()
      heart.stop()
      streams.delete(stream)
      if (streams.size === 0) this.#open.delete(sessionId)
    })
    let last = await this.#sendMissed(stream, after)
    for (const change of held) last = send(stream, change, last)
    sent = last
  }

  /** @returns number of the last event the reader now knows of */
  async #sendMissed(stream: EventStream, after: number | undefined): Promise<number> {
    const { feed } = this.#parts
    const latest = await feed.latestSeq()
    const missed = after === undefined || after > latest ? undefined : await feed.changesAfter(after, mostMissed)
    if (after === undefined) mark(stream, 'hello', latest)
    if (after === undefined) return latest
    if (missed === undefined) {
      mark(stream, 'reset', latest)
      return latest
    }
    let last = after
    for (const change of missed) last = send(stream, change, last)
    mark(stream, 'hello', last)
    return last
  }

  #beat(sessionId: string, stream: EventStream, seq: () => number): { stop: () => void } {
    const { clock, sessions } = this.#parts
    let timer: Timer
    let stopped = false
    const plan = () => {
      timer = clock.after(beatMs, () => {
        // Whatever ended it elsewhere, such as the disabling of the operator, is seen here at the latest.
        sessions.isLive(sessionId).then(
          (live) => {
            if (stopped) return
            if (!live) return stream.end()
            mark(stream, 'beat', seq())
            plan()
          },
          () => stream.end(),
        )
      })
    }
    plan()
    return {
      stop: () => {
        stopped = true
        timer.cancel()
      },
    }
  }
}

/** `GET /events`, for the browser; mounted below `/api`. */
export function eventsRouter(streams: ChangeStreams, admit: Admit): IRouter {
  const router = Router()
  router.get(eventsPath, async (request, response) => {
    const correlationId = randomUUID()
    try {
      const { sessionId } = await admit(request, correlationId)
      await streams.serve(sessionId, afterOf(request), () => new EventStream(request, response))
    } catch (error) {
      sendProblem(response, SignetError.from(error), correlationId)
    }
  })
  return router
}

/** What the browser itself says when it comes back wins over the address the page made earlier. */
function afterOf(request: Request): number | undefined {
  const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '')
  const given = request.headers['last-event-id'] ?? query.get(afterParameter)
  if (typeof given !== 'string' || given === '') return undefined
  if (!/^\d{1,15}$/.test(given)) throw new SignetError('invalid_request', 'The number of the last event is not one.')
  return Number(given)
}

function send(stream: EventStream, change: SequencedChange, last: number): number {
  if (change.seq <= last) return last
  stream.send('change', change satisfies ChangeEvent, change.seq)
  return change.seq
}

function mark(stream: EventStream, event: 'hello' | 'reset' | 'beat', seq: number): void {
  stream.send(event, { seq } satisfies StreamMark, seq)
}
