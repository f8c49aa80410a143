/**
 * Backups of the running server, restores of a stopped one, and the anchor file outside the data that knows what was taken
 * away: whatever is put back, a revoked credential stays revoked (SEC-67, SEC-68, SEC-136). Owns the settings `backups` and
 * `restore`; a restore writes tables of every domain, with the server stopped.
 */
export { Anchor } from './anchor.ts'
export { AnchorKeeper } from './anchor-keeper.ts'
export { backupHandlers } from './backup-routes.ts'
export { type BackupSettings, Backups } from './backups.ts'
export { acceptData, type Restored, restoreBackup, restoringFolder } from './restore.ts'
