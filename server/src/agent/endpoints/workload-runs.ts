import { type ClientRequest, request as httpRequest } from 'node:http'
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
import { type HeaderSecrets, secretBytes } from './header-secrets.ts'

const runsPath = '/runs'
const retryMs = secondMs

/** 256 bits as base64url. */
const RunRequest = z.strictObject({ identityHeader: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })

/**
 * Opens the socket in the agent's folder on which `signet run` announces the secret of the workload it starts. The secret
 * is good as long as that connection is: when the run ends, however it does, the secret is worth nothing.
 *
 * @returns what closes it
 * @throws StartupError when another agent runs on this folder
 */
export function openRuns(agentDir: string, secrets: HeaderSecrets): Promise<() => Promise<void>> {
  return listenOnSocket('agent', agentFiles.runSocket(agentDir), (request, response) => {
    const admit = async () => {
      if (request.url !== runsPath || request.method !== 'POST') throw new SignetError('not_found')
      const wanted = RunRequest.safeParse(await readJson(request))
      if (!wanted.success) throw new SignetError('invalid_request')
      const run = secrets.admit(new Secret(wanted.data.identityHeader))
      response.once('close', () => run[Symbol.dispose]())
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
  #call: ClientRequest | undefined
  #retry: Timer | undefined
  #isOver = false

  private constructor(agentDir: string, clock: Clock) {
    this.#socketPath = socketPath(agentFiles.runSocket(agentDir))
    this.#clock = clock
  }

  /** @throws StartupError when no agent runs on this folder */
  static async begin(agentDir: string, clock: Clock): Promise<WorkloadRun> {
    const run = new WorkloadRun(agentDir, clock)
    try {
      await run.#announce()
    } catch (cause) {
      run[Symbol.dispose]()
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
        response.resume()
        response.on('error', () => undefined)
        response.once('close', () => this.#later())
        if (response.statusCode === 200) resolve()
        else reject(new Error(`the agent answered ${response.statusCode}`))
      })
      call.once('error', reject)
      this.#call = call
      call.end(JSON.stringify({ identityHeader: this.identityHeader.reveal() }))
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
