import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Revive } from '#kernel/child';
import { Problem } from '#kernel/problem';
import { startEmbedded } from './embedded.ts';

export interface Database {
  url: string;
  /** Ends what was started here; a server of the user's own, or one that was found running, is left alone. */
  release(): Promise<void>;
}

/**
 * The user's own server when there is one, else the embedded one in the data folder.
 * The platform passes `revive`: it then owns the embedded server, keeps it alive and ends it at last.
 */
export async function openDatabase(
  { databaseUrl, data }: { databaseUrl: string | undefined; data: string },
  revive?: Revive,
): Promise<Database> {
  if (databaseUrl !== undefined) return { url: databaseUrl, release: async () => {} };
  const server = await startEmbedded({ folder: join(data, 'postgres'), ...(revive === undefined ? {} : { revive }) });
  const ours = server.started || revive !== undefined;
  return { url: server.url, release: async () => (ours ? server.stop() : undefined) };
}

/**
 * Takes the data folder for this process; a folder left by one that died is free.
 *
 * @returns gives it back
 * @throws Problem `conflict` when another program holds it, `unavailable` when it cannot be written
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'banyan.pid');
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Problem('unavailable', 'the data folder cannot be made', { folder, code: error.code });
  });
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  if (holder > 0 && holder !== process.pid && (await isBanyan(holder))) {
    throw new Problem('conflict', 'another Banyan is running on this data folder', { folder, process: holder });
  }
  await writeFile(file, String(process.pid)).catch((error: NodeJS.ErrnoException) => {
    throw new Problem('unavailable', 'the data folder cannot be written', { folder, code: error.code });
  });
  return () => writeFile(file, '').catch(() => {});
}

/** A number alone proves nothing: after a reboot it may be another program's. */
async function isBanyan(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('src/main.ts');
}
