export { type Database, holdFolder, openDatabase } from './database.ts';
export { type EmbeddedPostgres, MIGRATIONS, startEmbedded } from './embedded.ts';
export { migrate } from './migrate.ts';
export { copyLine, openPool, type Pool, type PoolOptions } from './pool.ts';
export { all, any, identifier, isId, join, marked, sql, trusted } from './tag.ts';
