import { parseArgs } from 'node:util';
import type { Verb } from '#kernel/cli';
import { systemContext } from '#kernel/context';
import { makeLog } from '#kernel/log';
import { type Hearer, type Listener, listensTo, startDeliveries } from '#kernel/outbox';
import { MIGRATIONS, migrate, openDatabase, openPool } from '#kernel/sql';
import { type DocumentTaker, type ImportCounts, importPaths } from './import.ts';
import { startReceiver } from './receive.ts';

/**
 * Import needs to know who hears of messages, and who takes documents of other standards.
 *
 * @param elsewhere who hears in the platform only: facts wait for them
 */
export function importVerb(
  hearers: readonly Hearer[],
  elsewhere: readonly Listener[],
  documents: readonly DocumentTaker[],
): Verb {
  return {
    name: 'import',
    summary: 'take messages, FHIR resources and EPCIS documents into the record',
    usage: `import PATH...

Takes files, folders and archives (.gz, .tar, .tar.gz, .zip), told apart by their content:
  HL7 v2 messages, one or many a file, with or without batch envelope
  FHIR R4 as JSON: bundles of every type, single resources, ndjson
  EPCIS 2.0 documents as JSON
Prints one line of JSON for each item that was refused, with its reason, and a last line with the counts.
Run again, it goes on where it ended and doubles nothing. Exit code 0: nothing was refused.`,

    async run(args, io) {
      const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
      if (positionals.length === 0) {
        io.progress('give at least one file or folder');
        return 2;
      }
      const database = await openDatabase(io.config);
      const pool = openPool(database.url, { size: 8 });
      try {
        await migrate(pool, MIGRATIONS);
        const ctx = systemContext({ db: pool, log: makeLog(io.config.logLevel) }, 'import');
        listensTo([...hearers, ...elsewhere]);
        const deliveries = await startDeliveries(ctx, pool, hearers, { workers: io.config.workers });
        try {
          const began = Date.now();
          const counts = await importPaths(ctx, positionals, {
            receiver: startReceiver(ctx),
            documents,
            refuse: (refused) => io.out(JSON.stringify({ refused })),
            progress: (now, place) => io.progress(`${bar(now, began)}  ${place.slice(-50)}\r`),
          });
          await deliveries.idle();
          io.progress(bar(counts, began));
          io.out(JSON.stringify({ counts }));
          return counts.refused === 0 ? 0 : 1;
        } finally {
          await deliveries.stop();
        }
      } finally {
        await pool.end();
        await database.release();
      }
    },
  };
}

/** How far an import is; how much is ahead nobody knows, since archives are opened as they come. */
function bar(counts: ImportCounts, began: number): string {
  const { files, messages, resources, documents, known, refused } = counts;
  const seconds = Math.max(1, (Date.now() - began) / 1000).toFixed(0);
  return `${files} files, ${messages} messages, ${resources} resources, ${documents} documents; ${known} known, ${refused} refused; ${seconds} s`;
}
