import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Party } from '../model.ts';

/** Keeps under which name the party acted last. */
export async function notePartySeen(db: Db, { id, name, nameZh }: Party, now: Date): Promise<void> {
  await db.run(sql`
    insert into exchange.party as known (id, name, name_zh, first_seen) values (${id}, ${name}, ${nameZh ?? null}, ${now})
    on conflict (id) do update set name = excluded.name, name_zh = excluded.name_zh
    where (known.name, known.name_zh) is distinct from (excluded.name, excluded.name_zh)
  `);
}
