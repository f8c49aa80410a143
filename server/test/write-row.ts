import { CompiledQuery } from 'kysely'
import { systemClock as clock } from '../src/platform/clock.ts'
import { FileRootKey } from '../src/platform/crypto/root-key/file-root-key.ts'
import { Database, sqlOf } from '../src/platform/database/database.ts'
import { Sealer } from '../src/platform/database/sealer.ts'

/**
 * Program of browser tests: carries out one statement beside a running server, with the key to the tags of its rows, as no
 * other tool could (SEC-64). Given the data folder, the file of the root key, the statement and its values.
 */
const [dataDir = '', file = '', statement = '', ...values] = process.argv.slice(2)
const database = Database.open(dataDir, clock)
try {
  await Sealer.open(database, new FileRootKey({ file, dataDir }), ['integrity'], clock)
  await database.transact((tx) => sqlOf(tx).executeQuery(CompiledQuery.raw(statement, values)))
} finally {
  await database.close()
}
