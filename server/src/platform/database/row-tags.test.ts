import { join } from 'node:path'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityOn, openStack, type Stack, tamper } from '../../../test/stack.ts'
import { RowChanged } from './row-tags.ts'
import { type TaggedTable, taggedTables } from './tagged-tables.ts'

let stack: Stack
let principalId: ObjectId
/** A database tool: it knows neither the key nor what our connections do, and nothing of the schema holds it up. */
let tool: Sqlite.Database

const tables = Object.keys(taggedTables) as TaggedTable[]

beforeAll(async () => {
  stack = await openStack()
  const identity = await identityOn(stack, 'web')
  principalId = identity.principalId
  const stamps = `'${stack.tenantId}'`
  for (const statement of [
    `INSERT INTO client_secrets VALUES ('s', ${stamps}, '${principalId}', '', x'01', '', 1, NULL, 1, 0, 0, NULL)`,
    `INSERT INTO federated_credentials VALUES ('f', ${stamps}, '${principalId}', 'n', 'n', 'i', 'exact', 's', '[]', NULL, 0, NULL, 1, 0, 0, NULL)`,
    `INSERT INTO signing_keys VALUES ('k', 'p', 'RS256', 'retired', '{}', x'01', x'02', 1, NULL, NULL, 0, 1, 0, 0, NULL)`,
    `INSERT INTO resource_apps VALUES ('r', ${stamps}, 'a', 'u', 'u', 'n', 1, NULL, 0, 0, 0, '[]', 'enabled', 1, 0, 0, NULL)`,
    `INSERT INTO app_role_assignments VALUES ('g', ${stamps}, '${principalId}', 'r', 'v', 0, NULL)`,
    `INSERT INTO role_definitions VALUES ('d', ${stamps}, 'n', 'n', '', '{}', '[]', 1, 0, 0, NULL)`,
    `INSERT INTO role_assignments VALUES ('m', ${stamps}, '${principalId}', 'd', '/', '/', NULL, NULL, 'Ada', 0, NULL, NULL)`,
    `INSERT INTO revoked_tokens VALUES ('t', ${stamps}, '${principalId}', 1, 0, NULL)`,
    `INSERT INTO operators VALUES ('o', ${stamps}, 'ada', 'Ada', 'admin', 'active', 1, 0, 0, NULL)`,
    `INSERT INTO webhooks VALUES ('w', ${stamps}, 'n', 'https://receiver.example/', '[]', '[]', 1, NULL, x'00', NULL, NULL, 1, 0, 0, NULL)`,
  ]) {
    await tamper(stack, statement)
  }
  tool = new Sqlite(join(stack.dataDir, 'signet.db'))
  tool.pragma('foreign_keys = OFF')
  tool.pragma('ignore_check_constraints = ON')
  const triggers = tool.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()
  for (const name of triggers) tool.exec(`DROP TRIGGER ${name}`)
})

afterAll(async () => {
  tool.close()
  await stack.close()
})

/** Does something with the tool, looks, and undoes it. */
async function whileChanged<T>(change: string, undo: string, look: () => Promise<T>): Promise<T> {
  tool.exec(change)
  try {
    return await look()
  } finally {
    tool.exec(undo)
  }
}

describe('the tags of rows that decide who may do what', () => {
  it.each(tables)('of %s cover each of its columns, or say why not (SEC-64)', (table) => {
    const columns = tool.prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`).pluck().all()
    const { covered, uncovered } = taggedTables[table]
    expect([...covered, ...Object.keys(uncovered), 'tag'].sort()).toEqual([...columns].sort())
    expect(Object.values(uncovered).every((why) => why.length > 10)).toBe(true)
  })

  it.each(tables)('find any edit of one column of %s with a database tool (SEC-64, SEC-142)', async (table) => {
    const { key, covered } = taggedTables[table]
    const types = new Map(
      tool
        .prepare<[], { name: string; type: string }>(`SELECT name, type FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name, type }) => [name, type]),
    )
    const id = tool.prepare<[], string>(`SELECT ${key} FROM ${table} LIMIT 1`).pluck().get()
    expect(id, 'a row to try it with').toBeDefined()
    expect(await stack.database.changedRows(), 'before').toEqual([])
    tool.exec(`CREATE TEMP TABLE kept AS SELECT rowid AS place, * FROM ${table} WHERE ${key} = '${id}'`)
    for (const name of [...covered, 'tag']) {
      const other =
        types.get(name) === 'BLOB'
          ? "x'ff'"
          : types.get(name) === 'TEXT'
            ? `coalesce(${name}, '') || '0'`
            : `coalesce(${name}, 0) + 1`
      const found = await whileChanged(
        `UPDATE ${table} SET ${name} = ${other} WHERE rowid = (SELECT place FROM kept)`,
        `UPDATE ${table} SET ${name} = (SELECT ${name} FROM kept) WHERE rowid = (SELECT place FROM kept)`,
        () => stack.database.changedRows(),
      )
      expect(found, name).toHaveLength(1)
      expect(found[0]?.table).toBe(table)
    }
    tool.exec('DROP TABLE kept')
    expect(await stack.database.changedRows(), 'after').toEqual([])
  })

  it('find a row that was put in by a tool, and a tag that is of another row', async () => {
    const insert =
      "INSERT INTO operators SELECT 'intruder', tenant_id, 'eve', display_name, role, state, version, created_at, updated_at, tag FROM operators WHERE id = 'o'"
    const found = await whileChanged(insert, "DELETE FROM operators WHERE id = 'intruder'", () =>
      stack.database.changedRows(),
    )
    expect(found).toEqual([{ table: 'operators', rowId: 'intruder' }])
  })

  it('refuse a changed row when it is loaded, and put that on record once (SEC-64)', async () => {
    const enable = (state: string) => `UPDATE principals SET state = '${state}' WHERE object_id = '${principalId}'`
    await whileChanged(enable('suspended'), enable('enabled'), async () => {
      await expect(stack.registry.require(principalId)).rejects.toThrow(RowChanged)
      await expect(stack.registry.require(principalId)).rejects.toThrow(RowChanged)
      await stack.refusalsRecorded()
    })
    const recorded = await stack.database.read
      .selectFrom('audit_events')
      .select(['target_kind', 'outcome'])
      .where('action', '=', 'integrity.failure')
      .where('target_id', '=', principalId)
      .execute()
    expect(recorded).toEqual([{ target_kind: 'principals', outcome: 'failed' }])
    await expect(stack.registry.require(principalId)).resolves.toMatchObject({ state: 'enabled' })
  })

  it('refuse to write over a changed row, which would make it look as if it were ours', async () => {
    const name = (to: string) => `UPDATE principals SET display_name = '${to}' WHERE object_id = '${principalId}'`
    await whileChanged(name('other'), name('web'), async () => {
      await expect(
        tamper(stack, `UPDATE principals SET state = 'suspended' WHERE object_id = '${principalId}'`),
      ).rejects.toThrow(RowChanged)
    })
    expect(await stack.database.changedRows()).toEqual([])
  })

  it('leave alone what they do not cover', async () => {
    await tamper(stack, "UPDATE client_secrets SET last_used_at = 7 WHERE id = 's'")
    tool.exec("UPDATE client_secrets SET last_used_at = 8 WHERE id = 's'")
    expect(await stack.database.changedRows()).toEqual([])
  })
})
