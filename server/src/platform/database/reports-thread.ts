import { workerData } from 'node:worker_threads'
import type { Statement } from 'better-sqlite3'
import { answerCalls } from '../thread.ts'
import type { ReportCall } from './reports.ts'
import { openSqlite } from './sqlite.ts'

// The other side of `reports.ts`: one read-only connection, one statement after another.
const db = openSqlite(String(workerData), { readonly: true })
const statements = new Map<string, Statement>()
const mostStatements = 200

answerCalls(({ sql, parameters }: ReportCall): unknown[] => {
  const statement = statements.get(sql) ?? db.prepare(sql)
  if (statements.size >= mostStatements) statements.clear()
  statements.set(sql, statement)
  return statement.all(...parameters)
})
