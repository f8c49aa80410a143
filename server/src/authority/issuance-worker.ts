import { workerData } from 'node:worker_threads'
import { answerCalls } from '../platform/thread.ts'
import { IssuanceLogStore } from './issuance-log-store.ts'
import type { WriterCall } from './issuance-writer.ts'

// The thread behind `IssuanceWriter`: the only writer of `telemetry.db`.
const store = new IssuanceLogStore(String(workerData))

answerCalls(
  (call: WriterCall) => {
    if (call.kind === 'write') return store.write(call.rows)
    if (call.kind === 'prune') return store.prune(call.limits)
    if (call.kind === 'spend') return store.spend(call.use)
    return store.tell(call.hosts)
  },
  () => store.close(),
)
