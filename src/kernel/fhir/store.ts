import type { Db, Sql, Tx } from '#kernel/context';
import { identifier, join, sql, trusted } from '#kernel/sql';
import { definitions } from '#standards/fhir';
import { partInId } from './ids.ts';
import { type Index, paramNumber } from './indexing.ts';
import { parametersOf } from './parameters.ts';
import { tableOf } from './tables.ts';

/** A version of a resource as it is kept. */
export interface Stored {
  type: string;
  id: string;
  version: number;
  updated: Date;
  /** JSON text with id and meta; null when the resource was deleted by this version. */
  content: string | null;
}

/** With what only the store needs to know. */
export interface Row extends Stored {
  part: string;
  tenant: string;
  patients: string[];
}

export interface IndexedRow extends Row {
  index: Index;
}

/** Whether resources of the type can belong to a patient, so that the id alone may not say where they are kept. */
function belongsToPatients(type: string): boolean {
  return type !== 'Patient' && (definitions.patientCompartment[type]?.length ?? 0) > 0;
}

/** Where a resource is kept by its id; the directory may say otherwise for an id that was chosen outside. */
function partHint(type: string, id: string): string {
  return (belongsToPatients(type) ? partInId(id) : undefined) ?? id;
}

export const ROW = trusted('r.part, r.id, r.version, r.updated, r.tenant, r.patients, r.content::text as content');

/** The rows of the ids that exist, deleted ones too; locked until the transaction ends where `lock` says so. */
export async function findRows(db: Db, type: string, ids: readonly string[], { lock = false } = {}): Promise<Row[]> {
  if (ids.length === 0) return [];
  const sorted = [...new Set(ids)].sort();
  const rows = await db.rows<Omit<Row, 'type'>>(sql`
    select ${ROW}
    from unnest(${sorted}::text[], ${sorted.map((id) => partHint(type, id))}::text[]) as asked (id, part)
    ${belongsToPatients(type) ? sql`left join fhir.directory on directory.id = asked.id and directory.type = ${type}` : sql``}
    join ${tableOf(type)} as r
      on r.id = asked.id and r.part = ${belongsToPatients(type) ? sql`coalesce(directory.part, asked.part)` : sql`asked.part`}
    ${lock ? sql`for update of r` : sql``}
  `);
  return rows.map((row) => ({ ...row, type }));
}

/** The condition that `r` is the row of this id. */
export function isRow(type: string, id: string): Sql {
  const hint = partHint(type, id);
  const known = !belongsToPatients(type) || hint !== id;
  const part = known
    ? sql`${hint}`
    : sql`coalesce((select part from fhir.directory where id = ${id} and type = ${type}), ${hint})`;
  return sql`r.id = ${id} and r.part = ${part}`;
}

/** The condition that the row under the alias has one of these ids. */
export function isOneOf(type: string, alias: string, ids: readonly string[]): Sql {
  const row = identifier(alias);
  const hints = ids.map((id) => partHint(type, id));
  if (!belongsToPatients(type))
    return sql`(${row}.part, ${row}.id) in (select * from unnest(${hints}::text[], ${ids}::text[]))`;
  return sql`(${row}.part, ${row}.id) in (
    select coalesce(directory.part, asked.part), asked.id
    from unnest(${ids}::text[], ${hints}::text[]) as asked (id, part)
    left join fhir.directory on directory.id = asked.id and directory.type = ${type}
  )`;
}

/** Writes rows that were not there. @throws a serialization failure when somebody else made one of them meanwhile */
export async function insertRows(tx: Tx, rows: readonly IndexedRow[]): Promise<void> {
  const chosenOutside = rows.filter(({ type, id, part }) => belongsToPatients(type) && partInId(id) !== part);
  try {
    for (const [type, ofType] of Map.groupBy(rows, (row) => row.type))
      await insert(tx, resourceTable(type), ofType.map(valuesOf));
    const placed = chosenOutside.map(({ id, type, part }) => [id, type, part]);
    await insert(tx, DIRECTORY, placed);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    // The transaction is tried again and then finds the other's row.
    throw Object.assign(new Error('a resource was made twice at once', { cause: error }), {
      code: SERIALIZATION_FAILURE,
    });
  }
  await insertIndex(tx, rows);
}

/** Makes the rows the newest versions; what was there goes to the history. */
export async function replaceRows(tx: Tx, rows: readonly IndexedRow[]): Promise<void> {
  for (const [type, ofType] of Map.groupBy(rows, (row) => row.type)) {
    const table = resourceTable(type);
    const ids = ofType.map((row) => row.id);
    const parts = ofType.map((row) => row.part);
    await tx.run(sql`
      insert into fhir.history (part, type, id, version, updated, tenant, patients, content)
      select part, ${type}, id, version, updated, tenant, patients, content
      from ${trusted(table.name)} where (part, id) in (select * from unnest(${parts}::text[], ${ids}::text[]))
    `);
    await tx.run(sql`
      update ${trusted(table.name)} as r
      set version = new.version, updated = new.updated, tenant = new.tenant, patients = new.patients, tokens = new.tokens,
        content = new.content
      from (values ${tuples(table, ofType.map(valuesOf))}) as new (${names(table)})
      where r.part = new.part and r.id = new.id
    `);
    const params = [...parametersOf(type).keys()].map((code) => paramNumber(type, code));
    for (const index of [DATES, NUMBERS, TEXTS, PAIRS]) {
      await tx.run(sql`
        delete from ${trusted(index.name)}
        where id = any(${ids}::text[]) and part = any(${parts}::text[]) and param = any(${params}::int[])
      `);
    }
  }
  await insertIndex(tx, rows);
}

const UNIQUE_VIOLATION = '23505';
const SERIALIZATION_FAILURE = '40001';

/** Fewer rows than this are quicker by one INSERT than by COPY. */
const FEW = 8;

interface Table {
  name: string;
  columns: readonly (readonly [name: string, type: string])[];
}

const DIRECTORY: Table = {
  name: 'fhir.directory',
  columns: [
    ['id', 'text'],
    ['type', 'text'],
    ['part', 'text'],
  ],
};
const DATES: Table = {
  name: 'fhir.date_index',
  columns: [
    ['part', 'text'],
    ['id', 'text'],
    ['param', 'int'],
    ['lo', 'float8'],
    ['hi', 'float8'],
  ],
};
const NUMBERS: Table = {
  name: 'fhir.number_index',
  columns: [
    ...DATES.columns,
    ['unit', 'int'],
    ['code', 'int'],
    ['label', 'int'],
    ['base', 'int'],
    ['base_lo', 'float8'],
    ['base_hi', 'float8'],
  ],
};
const TEXTS: Table = {
  name: 'fhir.text_index',
  columns: [
    ['part', 'text'],
    ['id', 'text'],
    ['param', 'int'],
    ['value', 'text'],
  ],
};
const PAIRS: Table = {
  name: 'fhir.pair_index',
  columns: [
    ['part', 'text'],
    ['id', 'text'],
    ['param', 'int'],
    ['tokens', 'bigint[]'],
    ['ranges', 'float8[]'],
  ],
};

function resourceTable(type: string): Table {
  return {
    name: tableOf(type).text,
    columns: [
      ['part', 'text'],
      ['id', 'text'],
      ['version', 'int'],
      ['updated', 'timestamptz'],
      ['tenant', 'text'],
      ['patients', 'text[]'],
      ['tokens', 'bigint[]'],
      ['content', 'json'],
    ],
  };
}

function valuesOf({ part, id, version, updated, tenant, patients, index, content }: IndexedRow): unknown[] {
  return [part, id, version, updated, tenant, patients, index.tokens, content];
}

async function insertIndex(tx: Tx, rows: readonly IndexedRow[]): Promise<void> {
  await insert(
    tx,
    DATES,
    rows.flatMap(({ part, id, index }) => index.dates.map(({ param, lo, hi }) => [part, id, param, lo, hi])),
  );
  await insert(
    tx,
    NUMBERS,
    rows.flatMap(({ part, id, index }) =>
      index.numbers.map((r) => [part, id, r.param, r.lo, r.hi, r.unit, r.code, r.label, r.base, r.baseLo, r.baseHi]),
    ),
  );
  await insert(
    tx,
    TEXTS,
    rows.flatMap(({ part, id, index }) => index.texts.map(({ param, value }) => [part, id, param, value])),
  );
  await insert(
    tx,
    PAIRS,
    rows.flatMap(({ part, id, index }) =>
      index.pairs.map(({ param, tokens, ranges }) => [part, id, param, tokens, ranges]),
    ),
  );
  await insertPhrases(tx, rows);
  await insertShapes(tx, rows);
}

/** In a fixed order, so that two writers of the same new phrases do not wait for each other in a circle. */
async function insertPhrases(tx: Tx, rows: readonly IndexedRow[]): Promise<void> {
  const phrases = new Map(
    rows.flatMap(({ index }) => index.phrases.map((phrase) => [`${phrase.param} ${phrase.text}`, phrase])),
  );
  if (phrases.size === 0) return;
  const sorted = [...phrases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, phrase]) => phrase);
  await tx.run(sql`
    insert into fhir.phrase (param, text)
    select param, text from unnest(${sorted.map(({ param }) => param)}::int[], ${sorted.map(({ text }) => text)}::text[]) as given (param, text)
    where not exists (select from fhir.phrase known where known.param = given.param and known.text = given.text)
    on conflict do nothing
  `);
}

/** In a fixed order too. */
async function insertShapes(tx: Tx, rows: readonly IndexedRow[]): Promise<void> {
  const shapes = new Map(
    rows.flatMap(({ index }) => (index.shape === undefined ? [] : [[index.shape.token, index.shape]])),
  );
  if (shapes.size === 0) return;
  const sorted = [...shapes.values()].sort((one, other) => (one.token < other.token ? -1 : 1));
  await tx.run(sql`
    insert into fhir.shape (token, params)
    select token, params::int[] from unnest(${sorted.map(({ token }) => String(token))}::bigint[], ${sorted.map(({ params }) => `{${params.join()}}`)}::text[]) as given (token, params)
    where not exists (select from fhir.shape known where known.token = given.token)
    on conflict do nothing
  `);
}

async function insert(tx: Tx, table: Table, rows: readonly (readonly unknown[])[]): Promise<void> {
  if (rows.length === 0) return;
  if (rows.length > FEW)
    await tx.copy(
      table.name,
      table.columns.map(([name]) => name),
      rows,
    );
  else await tx.run(sql`insert into ${trusted(table.name)} (${names(table)}) values ${tuples(table, rows)}`);
}

function names({ columns }: Table): Sql {
  return trusted(columns.map(([name]) => name).join(', '));
}

function tuples({ columns }: Table, rows: readonly (readonly unknown[])[]): Sql {
  return join(
    rows.map((row) => sql`(${join(columns.map(([, type], at) => sql`${row[at] ?? null}::${trusted(type)}`))})`),
  );
}
