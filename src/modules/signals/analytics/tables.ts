import type { Db, Sql } from '#kernel/context';
import { holds } from '#kernel/context';
import { type LakeTable, rowsByAct, type TableRow } from '#kernel/lake';
import { sql } from '#kernel/sql';

/** What was raised and what became of it, and case reports: for questions over many, together with results. */

const TIME = "DateTime64(3, 'UTC')";
const WORD = 'LowCardinality(Nullable(String))';
const DAY = 'Nullable(Date32)';
const PAGE = 2_000;

const ALARM = sql`
  id::text, kind, key, episode, subject ->> 'disease' as disease, subject ->> 'place' as place, state, jsonb_array_length(grounds) as grounds,
  nullif(first, '') as first, nullif(last, '') as last, cases, revision, ${moment(sql`raised_at`)} as raised_at,
  ${moment(sql`updated_at`)} as updated_at, ${moment(sql`closed_at`)} as closed_at`;

export const alarmTable: LakeTable = {
  name: 'signals_alarm',
  title: 'Alarms',
  description: 'One row for each alarm of outbreaks and of safety, as it is now.',
  columns: [
    { name: 'id', type: 'String', description: 'Id of the alarm' },
    { name: 'kind', type: 'LowCardinality(String)', description: 'outbreak or safety' },
    { name: 'key', type: 'String', description: 'What it is about, e.g. measles/440111' },
    { name: 'episode', type: 'UInt32', description: 'How many times there was one about the same' },
    { name: 'disease', type: WORD, description: 'Case definition of an outbreak' },
    { name: 'place', type: WORD, description: 'District, city or region of an outbreak' },
    {
      name: 'state',
      type: 'LowCardinality(String)',
      description: 'What a person has made of it; new: nobody has looked',
    },
    { name: 'grounds', type: 'UInt16', description: 'How many rules raised it' },
    { name: 'first', type: DAY, description: 'First day of what raised it' },
    { name: 'last', type: DAY, description: 'Last day of what raised it' },
    { name: 'cases', type: 'UInt32', description: 'Cases, or reports' },
    { name: 'revision', type: 'UInt32', description: 'Counts changes' },
    { name: 'raised_at', type: TIME, description: 'When it was raised' },
    { name: 'updated_at', type: TIME, description: 'When it changed last' },
    { name: 'closed_at', type: `Nullable(${TIME})`, description: 'When a person closed it' },
  ],
  order: ['id'],
  version: 'revision',
  isWhole: true,
  facts: ['signals.alarm-raised', 'signals.alarm-updated', 'signals.alarm-moved'],
  seen(ctx) {
    const seen = rowsByAct(ctx, 'signals.watch');
    // Alarms of products tell of small groups of reports.
    if (seen === undefined || holds(ctx.actor, 'signals.safety.work')) return seen;
    return sql`kind = 'outbreak'`;
  },
  async *rows(db, facts) {
    yield readRows(
      db,
      facts.map(({ subject }) => subject),
      { columns: ALARM, from: sql`signals.alarm` },
    );
  },
  page: (db, after) => readPage(db, after, { columns: ALARM, from: sql`signals.alarm` }),
};

const REPORT = sql`
  id::text, organization, origin, state, version, revision, kind, first_received::text as first_received, recent::text as recent, onset::text as onset,
  sex, age_years, age_band, country, serious, criteria, outcome, products, lots, reactions, duplicate_of::text as duplicate_of,
  ${moment(sql`created_at`)} as created_at, ${moment(sql`updated_at`)} as updated_at`;

export const reportTable: LakeTable = {
  name: 'signals_report',
  title: 'Case reports',
  description: 'One row for each report of a suspected adverse reaction, as its latest version says.',
  columns: [
    { name: 'id', type: 'String', description: 'Id of the report' },
    { name: 'organization', type: 'LowCardinality(String)', description: 'Who sent or wrote it' },
    { name: 'origin', type: 'LowCardinality(String)', description: 'e2b: came as E2B(R3); typed: written here' },
    { name: 'state', type: 'LowCardinality(String)', description: 'draft, submitted, nullified or void' },
    { name: 'version', type: 'UInt32', description: 'Counts versions; 0 while nothing was submitted' },
    { name: 'revision', type: 'UInt32', description: 'Counts changes' },
    {
      name: 'kind',
      type: 'LowCardinality(String)',
      description: 'Kind of the product: medicine, vaccine, device, cell product',
    },
    { name: 'first_received', type: DAY, description: 'When its sender first heard of the case' },
    { name: 'recent', type: DAY, description: 'When its sender last heard of the case' },
    { name: 'onset', type: DAY, description: 'When the reaction began' },
    { name: 'sex', type: WORD, description: 'Sex of the person' },
    { name: 'age_years', type: 'Nullable(Float32)', description: 'Age of the person in years' },
    { name: 'age_band', type: 'LowCardinality(String)', description: 'Age of the person as a band' },
    { name: 'country', type: WORD, description: 'Where it happened' },
    { name: 'serious', type: 'Bool', description: 'Whether any criterion of seriousness is met' },
    { name: 'criteria', type: 'Array(String)', description: 'Criteria of seriousness that are met' },
    { name: 'outcome', type: WORD, description: 'Worst outcome of the reactions' },
    { name: 'products', type: 'Array(String)', description: 'Products by name' },
    { name: 'lots', type: 'Array(String)', description: 'Lot numbers' },
    { name: 'reactions', type: 'Array(String)', description: 'Reactions by name' },
    { name: 'duplicate_of', type: 'Nullable(String)', description: 'The report that tells the same case' },
    { name: 'created_at', type: TIME, description: 'When it came or was begun' },
    { name: 'updated_at', type: TIME, description: 'When it changed last' },
  ],
  order: ['id'],
  version: 'revision',
  isWhole: true,
  facts: ['signals.report-changed'],
  seen: (ctx) => rowsByAct(ctx, 'signals.report.read', { organization: 'organization', also: [ctx.actor.id] }),
  async *rows(db, facts) {
    yield readRows(
      db,
      facts.map(({ subject }) => subject),
      { columns: REPORT, from: sql`signals.report` },
    );
  },
  page: (db, after) => readPage(db, after, { columns: REPORT, from: sql`signals.report` }),
};

interface Source {
  columns: Sql;
  from: Sql;
}

function readRows(db: Db, ids: readonly string[], { columns, from }: Source): Promise<TableRow[]> {
  return db.rows<TableRow>(sql`select ${columns} from ${from} where id = any(${[...new Set(ids)]}::uuid[])`);
}

async function readPage(db: Db, after: string | undefined, { columns, from }: Source) {
  const later = after === undefined ? sql`true` : sql`id > ${after}::uuid`;
  const rows = await db.rows<TableRow>(
    sql`select ${columns} from ${from} where ${later} order by ${from}.id limit ${PAGE}`,
  );
  return { rows, next: rows.length < PAGE ? undefined : String(rows.at(-1)!['id']) };
}

function moment(column: Sql): Sql {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
