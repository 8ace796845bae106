import type { Db, Sql } from '#kernel/context';
import { identifier, sql } from '#kernel/sql';

/** What is the program's own: not PostgreSQL's, not an extension's. */
function isOurs(): Sql {
  return sql`
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select 1 from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
  `;
}

export interface Table {
  /** schema.table */
  name: string;
  /** Columns that hold something of their own: generated ones are left out. */
  columns: string[];
}

/** Every table that holds rows, partitions one by one, a table after those that its foreign keys name. */
export async function findTables(db: Db): Promise<Table[]> {
  const tables = await db.rows<Table & { needs: string[] }>(sql`
    select n.nspname || '.' || c.relname as name,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
      ) as columns,
      array(
        select distinct fn.nspname || '.' || f.relname
        from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
      ) as needs
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and ${isOurs()}
    order by name
  `);
  const ordered: Table[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const table = tables.find((candidate) => candidate.name === name);
    if (table === undefined || seen.has(name)) return;
    seen.add(name);
    table.needs.forEach(visit);
    ordered.push({ name: table.name, columns: table.columns });
  };
  for (const { name } of tables) visit(name);
  return ordered;
}

export interface Partition {
  name: string;
  parent: string;
  /** `FOR VALUES FROM ... TO ...` */
  bound: string;
  /** `RANGE (at)` where the partition is divided itself. */
  divided: string | null;
}

/** Partitions, a parent before its own: those that the program made while it ran are in no migration. */
export function findPartitions(db: Db): Promise<Partition[]> {
  return db.rows<Partition>(sql`
    with recursive tree as (
      select c.oid, 0 as depth from pg_class c where c.relkind = 'p' and not c.relispartition
      union all
      select i.inhrelid, depth + 1 from tree join pg_inherits i on i.inhparent = tree.oid
    )
    select n.nspname || '.' || c.relname as name, pn.nspname || '.' || p.relname as parent,
      pg_get_expr(c.relpartbound, c.oid) as bound,
      case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as divided
    from tree
    join pg_class c on c.oid = tree.oid join pg_namespace n on n.oid = c.relnamespace
    join pg_inherits i on i.inhrelid = c.oid
    join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
    where tree.depth > 0 and c.relkind in ('r', 'p') and ${isOurs()}
    order by tree.depth, name
  `);
}

export interface Sequence {
  name: string;
  /** As text: it may exceed what a double holds. */
  lastValue: string;
  isCalled: boolean;
}

export async function findSequences(db: Db): Promise<Sequence[]> {
  const names = await db.rows<{ name: string }>(sql`
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S' and ${isOurs()} order by name
  `);
  const sequences: Sequence[] = [];
  for (const { name } of names) {
    const state = sql`select last_value::text as "lastValue", is_called as "isCalled" from ${identifier(name)}`;
    sequences.push({ name, ...(await db.one<Omit<Sequence, 'name'>>(state)) });
  }
  return sequences;
}

export interface AppliedMigration {
  name: string;
  checksum: string;
}

export function findMigrations(db: Db): Promise<AppliedMigration[]> {
  return db.rows<AppliedMigration>(sql`select name, checksum from kernel.migration order by number`);
}

/** Whether nothing of ours or anybody's is in the database. */
export async function isEmpty(db: Db): Promise<boolean> {
  const found = await db.maybe(sql`
    select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${isOurs()} limit 1
  `);
  return found === undefined;
}
