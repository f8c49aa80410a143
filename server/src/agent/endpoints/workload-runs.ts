import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { Problem } from '@signet/shared/errors'
import { secondMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { Clock, Timer } from '../../platform/clock.ts'
import { readJson } from '../../platform/http/body.ts'
import { sendProblem } from '../../platform/http/problem.ts'
import { listenOnSocket, socketPath } from '../../platform/http/socket-listener.ts'
import { newGuid, newSecret } from '../../platform/identifiers.ts'
import { Secret } from '../../platform/secret.ts'
import { SignetError, StartupError } from '../../platform/signet-error.ts'
import { agentFiles } from '../agent-folder.ts'
import type { TokenFiles } from '../token-files.ts'
import { type HeaderSecrets, secretBytes } from './header-secrets.ts'

const runsPath = '/runs'
const retryMs = secondMs

/** 256 bits as base64url. */
const RunRequest = z.strictObject({
  identityHeader: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Asks for a token file: of the identity with this client ID, or of the one that is meant without one. */
  tokenFile: z.strictObject({ clientId: z.string().max(100).nullable() }).optional(),
})

/**
 * Opens the socket in the agent's folder on which `signet run` announces the secret of the workload it starts. The secret
 * is good as long as that connection is: when the run ends, however it does, the secret is worth nothing. A token file that
 * it asked for is kept as long.
 *
 * @returns what closes it
 * @throws StartupError when another agent runs on this folder
 */
export function openRuns(
  agentDir: string,
  secrets: HeaderSecrets,
  files: Pick<TokenFiles, 'keep'>,
): Promise<() => Promise<void>> {
  return listenOnSocket('agent', agentFiles.runSocket(agentDir), (request, response) => {
    const admit = async () => {
      if (request.url !== runsPath || request.method !== 'POST') throw new SignetError('not_found')
      const wanted = RunRequest.safeParse(await readJson(request))
      if (!wanted.success) throw new SignetError('invalid_request')
      const { identityHeader, tokenFile } = wanted.data
      const until = (held: Disposable) => {
        if (response.closed) held[Symbol.dispose]()
        else response.once('close', () => held[Symbol.dispose]())
      }
      until(secrets.admit(new Secret(identityHeader)))
      if (tokenFile) until(await files.keep(tokenFile.clientId ?? undefined))
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).write('{}')
    }
    admit().catch((thrown: unknown) => sendProblem(response, SignetError.from(thrown), newGuid()))
  })
}

/** One run of a workload, known to the agent under a secret of its own until it is disposed of, restarts of the agent included. */
export class WorkloadRun implements Disposable {
  readonly identityHeader = new Secret(newSecret(secretBytes))
  readonly #socketPath: string
  readonly #clock: Clock
  readonly #tokenFile: { clientId: string | null } | undefined
  #call: ClientRequest | undefined
  #retry: Timer | undefined
  #isOver = false

  private constructor(agentDir: string, clock: Clock, tokenFile: { clientId: string | null } | undefined) {
    this.#socketPath = socketPath(agentFiles.runSocket(agentDir))
    this.#clock = clock
    this.#tokenFile = tokenFile
  }

  /**
   * @param tokenFile asks the agent to keep one while this lasts, for the identity with this client ID, if it says one
   * @throws StartupError when no agent runs on this folder; SignetError when it cannot get the token file
   */
  static async begin(agentDir: string, clock: Clock, tokenFile?: { clientId: string | null }): Promise<WorkloadRun> {
    const run = new WorkloadRun(agentDir, clock, tokenFile)
    try {
      await run.#announce()
    } catch (cause) {
      run[Symbol.dispose]()
      if (cause instanceof SignetError) throw cause
      throw new StartupError(`no agent runs on ${agentDir}: run signet agent, or set SIGNET_AGENT_DIR`, { cause })
    }
    return run
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#retry?.cancel()
    this.#call?.destroy()
  }

  /** Resolves when the agent knows the secret. */
  #announce(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const options = { socketPath: this.#socketPath, path: runsPath, method: 'POST', headers, agent: false } as const
      const call = httpRequest(options, (response) => {
        response.on('error', () => undefined)
        response.once('close', () => this.#later())
        if (response.statusCode === 200) {
          response.resume()
          resolve()
        } else void refusalIn(response).then(reject)
      })
      call.once('error', reject)
      this.#call = call
      call.end(JSON.stringify({ identityHeader: this.identityHeader.reveal(), tokenFile: this.#tokenFile }))
    })
  }

  /** The agent went away; it may be starting anew. */
  #later(): void {
    if (this.#isOver) return
    this.#retry = this.#clock.after(retryMs, () => {
      this.#announce().catch(() => this.#later())
    })
  }
}

/** Why the agent refused, in its own words. */
async function refusalIn(response: IncomingMessage): Promise<SignetError> {
  try {
    const { code, detail, fix } = Problem.parse(JSON.parse(await text(response)))
    return new SignetError(code, detail, fix === undefined ? {} : { fix })
  } catch (cause) {
    return new SignetError('unavailable', `The agent answered ${response.statusCode}.`, { cause })
  }
}
