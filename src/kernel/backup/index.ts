export { type BackupOptions, backup } from './backup.ts';
export type { Manifest } from './manifest.ts';
export { type Restored, type RestoreOptions, restore } from './restore.ts';
export { backupVerb, restoreVerb } from './verbs.ts';
