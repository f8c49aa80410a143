import { z } from 'zod'
import type { RoleDefinitionsTable } from '../platform/database/authorization-tables.ts'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'
import { type RoleDefinition, roleDefinition } from './role-definition.ts'
import { parseScope } from './scope.ts'

const texts = z.array(z.string())
const Permission = z.object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })

/** SQL of a deployment's own roles. */
export class RoleDefinitionsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<RoleDefinition[]> {
    const rows = await this.#database.read.selectFrom('role_definitions').selectAll().orderBy('name_key').execute()
    return this.#database.rows.allChecked('role_definitions', rows).map(toDefinition)
  }

  async find(id: string, tx?: Tx): Promise<RoleDefinition | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const row = await reader.selectFrom('role_definitions').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toDefinition(this.#database.rows.checked('role_definitions', row))
  }

  /** @returns false when the name is taken */
  async insert(tx: Tx, role: RoleDefinition, tenantId: string): Promise<boolean> {
    const { id, version, createdAt, updatedAt } = role
    const result = await sqlOf(tx)
      .insertInto('role_definitions')
      .values({
        ...{ id, tenant_id: tenantId, version, created_at: createdAt, updated_at: updatedAt },
        ...columnsOf(role),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** Compare-and-set on the version that was read. */
  async update(tx: Tx, role: RoleDefinition, at: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('role_definitions')
      .set({ ...columnsOf(role), version: role.version + 1, updated_at: at })
      .where('id', '=', role.id)
      .where('version', '=', role.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** Whether another role of the deployment has the name. */
  async isNamed(tx: Tx, name: string, exceptId: string): Promise<boolean> {
    const row = await sqlOf(tx)
      .selectFrom('role_definitions')
      .select('id')
      .where('name_key', '=', name.toLowerCase())
      .where('id', '<>', exceptId)
      .executeTakeFirst()
    return row !== undefined
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('role_definitions').where('id', '=', id).execute()
  }
}

function columnsOf({ name, description, permission, assignableScopes }: RoleDefinition) {
  return {
    name,
    name_key: name.toLowerCase(),
    description,
    permission: JSON.stringify(permission),
    scopes: JSON.stringify(assignableScopes.map(({ path }) => path)),
  }
}

function toDefinition(row: RoleDefinitionsTable): RoleDefinition {
  return roleDefinition({
    id: row.id,
    name: row.name,
    description: row.description,
    builtIn: false,
    permission: Permission.parse(JSON.parse(row.permission)),
    assignableScopes: texts.parse(JSON.parse(row.scopes)).map(parseScope),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })
}
