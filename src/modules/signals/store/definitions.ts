import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { DefinitionState, DefinitionVersion } from '../model.ts';

const COLUMNS = sql`definition, version, retired, at, actor_name as "actorName", why`;
const MOST_VERSIONS = 200;
export const MOST_DEFINITIONS = 200;

/** The newest version of each that was ever saved. */
export function findSavedDefinitions(db: Db): Promise<DefinitionState[]> {
  return db.rows<DefinitionState>(sql`
    select distinct on (id) definition, version, retired from signals.case_definition order by id, version desc limit ${MOST_DEFINITIONS}
  `);
}

/** The newest first. */
export function findDefinitionVersions(db: Db, id: string): Promise<DefinitionVersion[]> {
  return db.rows<DefinitionVersion>(sql`
    select ${COLUMNS} from signals.case_definition where id = ${id} order by version desc limit ${MOST_VERSIONS}
  `);
}

/** Nobody else saves this definition until the transaction ends. */
export async function holdDefinition(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`definition ${id}`}, 0))`);
}

export async function insertDefinitionVersion(
  ctx: Context,
  tx: Tx,
  { definition, version, retired, why }: DefinitionState & { why: string },
): Promise<void> {
  await tx.run(sql`
    insert into signals.case_definition (id, version, definition, retired, at, actor, actor_name, why)
    values (${definition.id}, ${version}, ${JSON.stringify(definition)}::jsonb, ${retired}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${why})
  `);
}
