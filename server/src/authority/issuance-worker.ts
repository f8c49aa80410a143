import { parentPort, workerData } from 'node:worker_threads'
import { IssuanceLogStore } from './issuance-log-store.ts'
import type { WriterAnswer, WriterRequest } from './issuance-writer.ts'

/** The thread behind `IssuanceWriter`: the only writer of `telemetry.db`, one request after the other. */
const store = new IssuanceLogStore(workerData as string)

parentPort?.on('message', ({ id, ...request }: WriterRequest) => {
  const answer = (fields: Omit<WriterAnswer, 'id'>) => parentPort?.postMessage({ id, ...fields })
  try {
    if (request.kind === 'write') answer({ result: store.write(request.rows) })
    else if (request.kind === 'prune') answer({ result: store.prune(request.limits) })
    else {
      store.close()
      answer({ result: null })
      parentPort?.close()
    }
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) })
  }
})
