import { type Column, compileView } from '#standards/sql-on-fhir';
import { DURABLE_TABLE } from './client.ts';
import { converted, keptAs, type LakeColumn, named, quoted, restName, restOf, wholeOf } from './columns.ts';
import type { LakeView } from './views.ts';

/**
 * The tables of a generation, which is a database of the engine:
 *
 *     inbox_<type> (keeps nothing) --> resource            the raw JSON of each resource's newest version
 *                                  --> <view> (nothing) -> <view>_1, <view>_2 ...   one for each order
 *
 * Each type that views read has an inbox of its own, so that the engine works out only the views that a batch concerns; other types
 * share one. A line of an inbox is a patient (or what belongs to none) with resources that changed. Materialised views of the engine carry it to the
 * tables within the one insert.
 *
 * Every table is a ReplacingMergeTree. A row of the newest version carries `_version` = (version << 32 | version of the patient) * 2 + 1. Rows
 * worked out from a former version carry the same number less 1 and `_deleted` = 1: a key that the newest version no longer has
 * is thus deleted and one that it still has stays, and inserts that come twice or in any order end in the same content.
 */
export interface Placement {
  /** The engine's database that holds the tables. */
  database: string;
  /** A cluster of ClickHouse that every definition goes to: replicated tables, sharded by patient. */
  cluster?: string;
}

/** What people ask: views without versions and deleted rows, whatever generation is current. */
export const QUESTIONS = 'banyan';

const HIDDEN: readonly LakeColumn[] = [
  { name: '_tenant', type: 'LowCardinality(String)' },
  { name: '_patients', type: 'Array(String)', codec: 'ZSTD(1)' },
  { name: '_resource', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_row', type: 'UInt32', codec: 'ZSTD(1)' },
  { name: '_version', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_deleted', type: 'UInt8', codec: 'ZSTD(1)' },
];

/**
 * A number for the patient, in views that have a column `patient`: groups and distinct patients are counted ten times as fast by it as by
 * the id. Two patients among a hundred million share one with a probability of 1 to 3,700.
 */
const PATIENT: LakeColumn = {
  name: '_patient',
  type: "UInt64 materialized cityHash64(ifNull(patient, ''))",
  codec: 'LZ4',
};

const RESOURCE_COLUMNS: readonly LakeColumn[] = [
  { name: 'type', type: 'LowCardinality(String)' },
  { name: 'part', type: 'String', codec: 'ZSTD(1)' },
  { name: 'id', type: 'String', codec: 'ZSTD(1)' },
  { name: 'version', type: 'UInt32', codec: 'ZSTD(1)' },
  { name: 'content', type: 'String', codec: 'ZSTD(1)' },
  { name: '_tenant', type: 'LowCardinality(String)' },
  { name: '_patients', type: 'Array(String)', codec: 'ZSTD(1)' },
  { name: '_version', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_deleted', type: 'UInt8', codec: 'ZSTD(1)' },
];

/** A partition none of whose parts is younger is merged into one part: questions over it then need no merging of their own. */
const MERGED_AFTER_SECONDS = 900;
export const MERGED_TABLE = `${DURABLE_TABLE}, min_age_to_force_merge_seconds = ${MERGED_AFTER_SECONDS}, min_age_to_force_merge_on_partition_only = 1`;
const TABLE = `${MERGED_TABLE}, allow_nullable_key = 1`;

/** How the copy of an order lies on disk: docs/decisions/0010-lake-layout.md has the measurements. */
interface Layout {
  settings: string;
  /** Codecs of what has none of its own. */
  time: string;
  date: string;
}

/** The fewest rows that the engine reads at once: many where many are asked for, few where one patient's are. */
const FOR_MANY: Layout = {
  settings: 'index_granularity = 8192',
  time: 'GCD, T64, ZSTD(1)',
  date: 'T64, LZ4',
};
/**
 * The smallest block that is compressed, and so read, is small too: a patient's results lie in each year's part, where a whole block of each column
 * is decompressed for a handful of rows. Half the processor time of a history, for a twentieth more disk. Here times and dates repeat from row to row,
 * which T64 would hide.
 */
const FOR_A_PATIENT: Layout = {
  settings: 'index_granularity = 1024, min_compress_block_size = 8192, max_compress_block_size = 32768',
  time: 'ZSTD(1)',
  date: 'LZ4',
};

/** The empty generation, without views. */
export function generationTables(place: Placement): string[] {
  return [
    `create database if not exists ${named(place.database)}${onCluster(place)}`,
    `create table if not exists ${table(place, 'resource')}${onCluster(place)} (${columnList(RESOURCE_COLUMNS)})
    engine = ${engineOf(place)} order by (type, part, id) settings ${TABLE}`,
    ...inboxTables(place),
  ];
}

/** Where the feed puts resources of a type that views read, or of all other types. */
export function inboxOf(type?: string): string {
  return type === undefined ? 'inbox' : `inbox_${type}`;
}

const CHANGES = `Array(Tuple(type LowCardinality(String), id String, tenant String, patients Array(String), version UInt32, former Bool, skip Array(String), content String))`;

function inboxTables(place: Placement, type?: string): string[] {
  const shard = entry(place, type);
  const distributed =
    place.cluster === undefined
      ? []
      : [
          `create table if not exists ${table(place, inboxOf(type))}${onCluster(place)} as ${shard} engine = Distributed(${named(place.cluster)}, ${named(place.database)}, ${named(`${inboxOf(type)}_shard`)}, cityHash64(part))`,
        ];
  return [
    `create table if not exists ${shard}${onCluster(place)} (part String, about String, about_version UInt32, changes ${CHANGES}) engine = Null`,
    ...distributed,
    `create materialized view if not exists ${table(place, `${inboxOf(type)}_resource_mv`)}${onCluster(place)} to ${table(place, 'resource')} as
    select c.type as type, part, c.id as id, c.version as version, c.content as content, c.tenant as _tenant, c.patients as _patients, ${VERSION} as _version,
      content = '' as _deleted
    from (select part, about_version, arrayFilter(c -> not c.former, changes) as changes from ${shard}) array join changes as c`,
  ];
}

/** Of the row that an element `c` of `changes` makes; less one where it is a former version. */
const VERSION = 'bitOr(bitShiftLeft(toUInt64(c.version), 32), toUInt64(about_version)) * 2 + not(c.former)';

export interface ViewTables {
  /** Keeps nothing: what is inserted here goes to the table of each order. */
  rows: string;
  /** In the order of the view's orders. */
  kept: readonly string[];
  /** The columns that people see. */
  columns: readonly LakeColumn[];
  /** All that are inserted, hidden ones too. */
  all: readonly LakeColumn[];
  /** What each order's table has: those, and what the engine adds. */
  held: readonly LakeColumn[];
}

export function viewTables({ name, hash, orders, ...view }: LakeView): ViewTables {
  const rows = `${name}_${hash}`;
  const columns = [...compiled(view.view, 'x').columns.map(keptAs), ...aboutColumns(view).map(keptAs)];
  const all = [...columns, ...HIDDEN];
  const held = columns.some(({ name: column }) => column === 'patient') ? [...all, PATIENT] : all;
  return { rows, kept: orders.map((_, at) => `${rows}_${at + 1}`), columns, all, held };
}

/** The tables of a view and what fills them from `inbox`, last so that no row comes before its table. */
export function makeViewTables(place: Placement, view: LakeView): string[] {
  const { rows, kept, all, held } = viewTables(view);
  const partition = view.partition === undefined ? '' : ` partition by toYear(${named(view.partition)})`;
  return [
    ...inboxTables(place, view.resource),
    `create table ${table(place, rows)}${onCluster(place)} (${columnList(all)}) engine = Null`,
    ...kept.flatMap((name, at) => {
      const order = view.orders[at]!;
      const key = [...order, '_resource', '_row'].map(named).join(', ');
      const layout = order[0] === 'patient' ? FOR_A_PATIENT : FOR_MANY;
      return [
        `create table ${table(place, name)}${onCluster(place)} (${columnList(held, 'rest', layout)}) engine = ${engineOf(place)}${partition} order by (${key}) settings ${TABLE}, ${layout.settings}`,
        `create materialized view ${table(place, `${name}_mv`)}${onCluster(place)} to ${table(place, name)} as select ${all.map(keptValue).join(', ')} from ${table(place, rows)}`,
      ];
    }),
    `create materialized view ${table(place, `${rows}_mv`)}${onCluster(place)} to ${table(place, rows)} as ${rowsOf(view, changesOf(place, view))}`,
  ];
}

export function dropViewTables(place: Placement, rows: string, kept: readonly string[]): string[] {
  const drop = (name: string) => `drop table if exists ${table(place, name)}${onCluster(place)} sync`;
  return [drop(`${rows}_mv`), ...kept.flatMap((name) => [drop(`${name}_mv`), drop(name)]), drop(rows)];
}

/** What people ask of a view: the first order under the view's name, others as `<name>_by_<first column>`. */
export function questionViews(place: Placement, view: LakeView): string[] {
  const { kept, held } = viewTables(view);
  const columns = held.flatMap(({ name }) => (name === '_deleted' ? [] : [named(name)])).join(', ');
  return kept.flatMap((name, at) => questionView(place, questionNames(view)[at]!, name, columns));
}

/**
 * Takes back what people ask of a view, on a cluster what stands beside it too.
 *
 * @param there names of everything that people ask
 * @param stay views whose names stay, also those that begin as this one's
 */
export function dropQuestions(
  place: Placement,
  name: string,
  there: Iterable<string>,
  stay: readonly Pick<LakeView, 'name' | 'orders'>[],
): string[] {
  const kept = new Set(stay.flatMap(questionNames));
  return [...there].flatMap((each) => {
    const asked = place.cluster === undefined ? each : each.replace(/_shard$/, '');
    const isMine = asked === name || asked.startsWith(`${name}_by_`);
    return isMine && !kept.has(asked)
      ? [`drop table if exists ${named(QUESTIONS)}.${named(each)}${onCluster(place)}`]
      : [];
  });
}

export function questionNames({ name, orders }: Pick<LakeView, 'name' | 'orders'>): string[] {
  return orders.map((order, at) => (at === 0 ? name : `${name}_by_${order[0]}`));
}

export function resourceQuestion(place: Placement): string[] {
  const columns = RESOURCE_COLUMNS.flatMap(({ name }) => (name === '_deleted' ? [] : [named(name)])).join(', ');
  return questionView(place, 'resource', 'resource', columns);
}

function questionView(place: Placement, name: string, kept: string, columns: string): string[] {
  const whole = `${named(QUESTIONS)}.${named(name)}`;
  const select = `select ${columns} from ${table(place, kept)} final where not _deleted settings do_not_merge_across_partitions_select_final = 1`;
  if (place.cluster === undefined) return [`create or replace view ${whole} as ${select}`];
  const shard = `${named(QUESTIONS)}.${named(`${name}_shard`)}`;
  return [
    `create or replace view ${shard}${onCluster(place)} as ${select}`,
    `create or replace table ${whole}${onCluster(place)} as ${shard} engine = Distributed(${named(place.cluster)}, ${named(QUESTIONS)}, ${named(`${name}_shard`)}, cityHash64(arrayElement(_patients, 1)))`,
  ];
}

/** A view's rows out of what `resource` holds already: those of parts from `after`, exclusive, to `until`, inclusive. */
export function backfill(place: Placement, view: LakeView, { after, until }: { after: string; until: string }): string {
  const { rows } = viewTables(view);
  const within = `part > ${quoted(after)} and part <= ${quoted(until)} and not _deleted`;
  const resources = `(select * from ${table(place, 'resource')} final where type = ${quoted(view.resource)} and ${within})`;
  const persons = `(select part as person, content as about, version as about_version from ${table(place, 'resource')} final where type = 'Patient' and id = part and ${within})`;
  const changes = `(
    select part, about, about_version, groupArray(cast((type, id, _tenant, _patients, version, false, [], content), ${quoted(CHANGES.slice(6, -1))})) as changes
    from ${resources} as r left join ${persons} as p on r.part = p.person
    group by part, about, about_version)`;
  return `insert into ${table(place, rows)} ${rowsOf(view, changesOf(place, view, changes))}`;
}

/** The view's rows with hidden columns. @param from a relation with the columns of `changesOf` */
function rowsOf(view: LakeView, from: string): string {
  const { columns, sql } = compiled(view.view, from, carriedBy(view));
  const own = columns.map(
    (column) => `${converted(named(column.name), column.sqlType, keptAs(column).type)} as ${named(column.name)}`,
  );
  const theirs = view.about?.columns.map((name) => `${named(`_about_${name}`)} as ${named(name)}`) ?? [];
  return `select ${[...own, ...theirs, ...HIDDEN.map(({ name }) => named(name))].join(', ')} from (${sql})`;
}

function carriedBy({ about }: Pick<LakeView, 'about'>): string[] {
  return [
    '_tenant',
    '_patients',
    '_resource',
    '_version',
    '_deleted',
    ...(about?.columns.map((name) => `_about_${name}`) ?? []),
  ];
}

/** One row for each changed resource of the view's type: its content, and what every row of the view carries. */
function changesOf(place: Placement, view: LakeView, from = entry(place, view.resource)): string {
  const mine = `c.type = ${quoted(view.resource)} and c.content != '' and not has(c.skip, ${quoted(view.name)})`;
  const parts = `(select * from (select part, about, about_version, arrayFilter(c -> ${mine}, changes) as mine from ${from}) where notEmpty(mine))`;
  const about = aboutColumns(view).map((column) => {
    const { name, type } = keptAs(column);
    const value = named(`_about_${name}`);
    return `, if(has(c.patients, part), ${value}, defaultValueOfTypeName(${quoted(type)})) as ${value}`;
  });
  return `(
    select c.content as content, c.tenant as _tenant, c.patients as _patients, cityHash64(c.id) as _resource, ${VERSION} as _version,
      toUInt8(c.former) as _deleted${about.join('')}
    from ${view.about === undefined ? parts : aboutPersons(view.about, parts)} array join mine as c)`;
}

/** The parts with the columns of their patient, worked out once for each part. Every part has one row, with nulls where there is no patient. */
function aboutPersons({ person, columns }: NonNullable<LakeView['about']>, parts: string): string {
  const from = `(select part, about_version, mine, if(about = '', '{"resourceType":"Patient"}', about) as content from ${parts})`;
  const all = compiled(person.view, from, ['part', 'about_version', 'mine']);
  const picked = all.columns
    .filter(({ name }) => columns.includes(name))
    .map(
      (column) =>
        `${converted(named(column.name), column.sqlType, keptAs(column).type)} as ${named(`_about_${column.name}`)}`,
    );
  return `(select part, about_version, mine, ${picked.join(', ')} from (${all.sql}))`;
}

/** The columns that come along of a view's patient, as the view on Patient gives them. */
export function aboutColumns({ about }: Pick<LakeView, 'about'>): Column[] {
  if (about === undefined) return [];
  const { columns } = compiled(about.person.view, 'x');
  return about.columns.flatMap((name) => columns.filter((column) => column.name === name));
}

function compiled(view: LakeView['view'], from: string, carry: readonly string[] = []) {
  return compileView(view, { target: 'clickhouse', from, content: 'content', carry, rowNumber: '_row' });
}

/** What goes into the table of an order. */
function keptValue(column: LakeColumn): string {
  return column.prefix === undefined ? named(column.name) : `${restOf(column)} as ${named(restName(column.name))}`;
}

/** @param of columns with a prefix: whole, or what is kept of them and beside it what they say */
function columnList(columns: readonly LakeColumn[], of: 'whole' | 'rest' = 'whole', layout = FOR_MANY): string {
  return columns
    .flatMap((column) => {
      const { name, type, codec, description, prefix } = column;
      const about = description === undefined ? [] : [`comment ${quoted(description)}`];
      const kept = (as: string) => [named(as), type, ...about, `codec(${codec ?? codecFor(type, layout)})`].join(' ');
      if (prefix === undefined || of === 'whole') return [kept(name)];
      return [kept(restName(name)), [named(name), type, `alias ${wholeOf(column)}`, ...about].join(' ')];
    })
    .join(', ');
}

function codecFor(type: string, { time, date }: Layout): string {
  if (/Date/.test(type)) return /DateTime64/.test(type) ? time : date;
  return type.startsWith('LowCardinality') ? 'LZ4' : 'ZSTD(1)';
}

function engineOf({ cluster }: Placement): string {
  return cluster === undefined ? 'ReplacingMergeTree(_version)' : `ReplicatedReplacingMergeTree(${REPLICA}, _version)`;
}

/** Where Keeper holds what replicas share: by the macros of each server. */
export const REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";

/** Where the engine's own views begin. */
function entry(place: Placement, type?: string): string {
  return table(place, place.cluster === undefined ? inboxOf(type) : `${inboxOf(type)}_shard`);
}

export function table({ database }: Placement, name: string): string {
  return `${named(database)}.${named(name)}`;
}

export function onCluster({ cluster }: { cluster?: string | undefined }): string {
  return cluster === undefined ? '' : ` on cluster ${named(cluster)}`;
}
