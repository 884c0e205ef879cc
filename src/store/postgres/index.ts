export { findBinaries } from './binaries.ts';
export { createCluster } from './cluster.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { findIdentity } from './identity.ts';
export { startPostmaster } from './postmaster.ts';
export type { DatabaseLog } from './supervisor.ts';
export type { SslMode, SslSettings } from './tls.ts';
