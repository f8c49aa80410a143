import { parentPort, workerData } from 'node:worker_threads'
import type { Statement } from 'better-sqlite3'
import type { ReportAnswer, ReportRequest } from './reports.ts'
import { openSqlite } from './sqlite.ts'

// The other side of `reports.ts`: one read-only connection, one statement after another.
const db = openSqlite(String(workerData), { readonly: true })
const statements = new Map<string, Statement>()
const mostStatements = 200

function rowsOf({ sql, parameters }: ReportRequest): unknown[] {
  const statement = statements.get(sql) ?? db.prepare(sql)
  if (statements.size >= mostStatements) statements.clear()
  statements.set(sql, statement)
  return statement.all(...parameters)
}

parentPort?.on('message', (request: ReportRequest) => {
  let answer: ReportAnswer
  try {
    answer = { id: request.id, rows: rowsOf(request) }
  } catch (error) {
    answer = { id: request.id, error: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answer)
})
