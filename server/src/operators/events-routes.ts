import { afterParameter, type ChangeEvent, eventsPath, type StreamMark } from '@signet/shared/api/events'
import { secondMs } from '@signet/shared/vocabulary/time'
import { type IRouter, type Request, Router } from 'express'
import type { Clock, Timer } from '../platform/clock.ts'
import { splitTarget } from '../platform/http/hardening.ts'
import { requestIdOf, sendProblem } from '../platform/http/problem.ts'
import { EventStream } from '../platform/http/sse.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { SequencedChange } from '../platform/transaction.ts'
import type { Sessions, SignedIn } from './sessions.ts'

const beatMs = 15 * secondMs
/** Beyond this many missed changes, reading everything again is less work for both sides. */
const mostMissed = 1_000
/** Streams of one session; a browser shares one between its tabs, so more are a fault or an attack. */
const mostPerSession = 12

/** What the streams ask of the database. */
interface ChangeFeed {
  subscribe(subscriber: (changes: readonly SequencedChange[]) => void): () => void
  changesAfter(seq: number, most: number): Promise<readonly SequencedChange[] | undefined>
  latestSeq(): Promise<number>
}

interface StreamParts {
  readonly feed: ChangeFeed
  readonly sessions: Pick<Sessions, 'isInForce' | 'onEnded'>
  readonly clock: Clock
}

/** Says who asks; throws `unauthenticated`. */
type Admit = (request: Request, correlationId: string) => Promise<SignedIn>

/**
 * The dashboard's stream of changes. A reader that comes back gets what it missed, or is told to read everything again;
 * no change is lost between the two, because the live ones wait until the missed ones are sent. A stream ends the moment
 * its session does, and sends nothing before it has looked whether the session is still in force (SEC-18); it never
 * keeps a session alive (SEC-17).
 */
export class ChangeStreams {
  readonly #parts: StreamParts
  /** By the stored hash of the session id. */
  readonly #open = new Map<string, Set<EventStream>>()

  constructor(parts: StreamParts) {
    this.#parts = parts
    parts.sessions.onEnded(({ row }) => {
      for (const stream of this.#open.get(row.id_sha256) ?? []) stream.end()
    })
  }

  get count(): number {
    return [...this.#open.values()].reduce((sum, streams) => sum + streams.size, 0)
  }

  /** Answers one request with a stream. @throws SignetError `too_many_requests` */
  async serve(signedIn: SignedIn, after: number | undefined, open: () => EventStream): Promise<void> {
    const session = signedIn.row.id_sha256
    const streams = this.#open.get(session) ?? new Set()
    if (streams.size >= mostPerSession) {
      throw new SignetError('too_many_requests', 'This session has too many event streams open.', {
        retryAfterSeconds: 30,
      })
    }
    const stream = open()
    this.#open.set(session, streams.add(stream))
    let last = 0
    const missed = this.#sendMissed(stream, after).then((seq) => {
      last = seq
    })
    let sending = missed
    // Each waits for the one before it, so that nothing overtakes what was missed.
    const sendNext = (work: () => void) => {
      sending = sending.then(() => this.#whileInForce(signedIn, stream, work)).catch(() => stream.end())
    }
    const unsubscribe = this.#parts.feed.subscribe((changes) =>
      sendNext(() => {
        for (const change of changes) last = send(stream, change, last)
      }),
    )
    const heart = this.#beat(() => sendNext(() => mark(stream, 'beat', last)))
    stream.onClose(() => {
      unsubscribe()
      heart.stop()
      streams.delete(stream)
      if (streams.size === 0) this.#open.delete(session)
    })
    await missed
  }

  /** @returns number of the last event the reader now knows of */
  async #sendMissed(stream: EventStream, after: number | undefined): Promise<number> {
    const { feed } = this.#parts
    const latest = await feed.latestSeq()
    if (after === undefined) {
      mark(stream, 'hello', latest)
      return latest
    }
    const missed = after > latest ? undefined : await feed.changesAfter(after, mostMissed + 1)
    if (missed === undefined || missed.length > mostMissed) {
      mark(stream, 'reset', latest)
      return latest
    }
    let last = after
    for (const change of missed) last = send(stream, change, last)
    mark(stream, 'hello', last)
    return last
  }

  /** Whatever ended the session elsewhere, such as the disabling of its operator, is seen here. */
  async #whileInForce(signedIn: SignedIn, stream: EventStream, work: () => void): Promise<void> {
    if (await this.#parts.sessions.isInForce(signedIn)) work()
    else stream.end()
  }

  #beat(beat: () => void): { stop: () => void } {
    const { clock } = this.#parts
    let timer: Timer
    const plan = () => {
      timer = clock.after(beatMs, () => {
        beat()
        plan()
      })
    }
    plan()
    return { stop: () => timer.cancel() }
  }
}

/** `GET /events`, for the browser; mounted below `/api`. */
export function eventsRouter(streams: ChangeStreams, admit: Admit): IRouter {
  const router = Router()
  router.get(eventsPath, async (request, response) => {
    const correlationId = requestIdOf(request, response)
    try {
      const signedIn = await admit(request, correlationId)
      await streams.serve(signedIn, afterOf(request), () => new EventStream(request, response))
    } catch (error) {
      sendProblem(response, SignetError.from(error), correlationId)
    }
  })
  return router
}

/** What the browser itself says when it comes back wins over the address the page made earlier. */
function afterOf(request: Request): number | undefined {
  const query = new URLSearchParams(splitTarget(request.originalUrl).query)
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
