import { parseArgs } from 'node:util';
import { recordRead } from '#kernel/access';
import type { Verb } from '#kernel/cli';
import { type Context, systemContext } from '#kernel/context';
import { makeLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { openDatabase, openPool } from '#kernel/sql';
import { isResourceType, RESOURCE_TYPES } from '#standards/fhir';
import { findPage } from '../store/index.ts';

const PAGE_ROWS = 500;

export interface ExportAsk {
  /** All types without it. */
  types: readonly string[];
  /** One person's record only. */
  patient?: string;
}

/** Every resource asked for, as it is kept: type by type, page by page, whatever their number. */
export async function* exportResources(ctx: Context, { types, patient }: ExportAsk): AsyncGenerator<string> {
  for (const type of types.length === 0 ? RESOURCE_TYPES : types) {
    let after: { part: string; id: string } | undefined;
    for (;;) {
      const rows = await findPage(ctx.db, {
        type,
        limit: PAGE_ROWS,
        ...(patient !== undefined && { patient }),
        ...(after !== undefined && { after }),
      });
      for (const { content } of rows) yield content;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) break;
      after = last;
    }
  }
}

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write FHIR resources as ndjson',
  usage: `export [--type TYPE]... [--patient ID]

Prints one resource a line: all of them, those of the types, or those of one person.
What was exported can be imported again.`,

  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: { type: { type: 'string', multiple: true }, patient: { type: 'string' } },
    });
    const { type: types = [], patient } = values;
    for (const type of types)
      if (!isResourceType(type)) throw new Problem('invalid', 'FHIR R4 has no such resource type', { type });
    const database = await openDatabase(io.config);
    const pool = openPool(database.url, { size: 2 });
    try {
      const ctx = systemContext({ db: pool, log: makeLog(io.config.logLevel) }, 'export');
      await recordRead(ctx, {
        act: 'records.exported',
        detail: { types },
        ...(patient !== undefined && { patients: [patient] }),
      });
      let count = 0;
      for await (const line of exportResources(ctx, { types, ...(patient !== undefined && { patient }) })) {
        io.out(line);
        count += 1;
        if (count % 1000 === 0) io.progress(`${count} resources\r`);
      }
      io.progress(`${count} resources`);
      return 0;
    } finally {
      await pool.end();
      await database.release();
    }
  },
};
