import { workerData } from 'node:worker_threads'
import { answerCalls } from '../platform/thread.ts'
import { IssuanceLogStore } from './issuance-log-store.ts'
import type { WriterCall } from './issuance-writer.ts'

// The thread behind `IssuanceWriter`: the only writer of `telemetry.db`.
const store = new IssuanceLogStore(String(workerData))

answerCalls(
  (call: WriterCall) => (call.kind === 'write' ? store.write(call.rows) : store.prune(call.limits)),
  () => store.close(),
)
