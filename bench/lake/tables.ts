/** The tables of the view `laboratory_result`: by test for questions over many patients, by patient for the whole row. */
const WORD = 'LowCardinality(Nullable(String))';
const WORD_CODEC = 'LZ4';
const TEXT = 'Nullable(String)';

interface Column {
  name: string;
  type: string;
  codec: string;
  /** Only in the copy by patient: long, and questions over many patients do not ask for it. */
  isWholeOnly?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'String', codec: 'ZSTD(1)', isWholeOnly: true },
  { name: 'patient', type: 'String', codec: 'ZSTD(1)' },
  { name: 'code', type: 'LowCardinality(String)', codec: WORD_CODEC },
  { name: 'code_system', type: WORD, codec: WORD_CODEC },
  { name: 'code_text', type: WORD, codec: WORD_CODEC },
  { name: 'time', type: "DateTime64(3, 'UTC')", codec: 'GCD, T64, ZSTD(1)' },
  { name: 'value', type: 'Nullable(Float64)', codec: 'LZ4HC(6)' },
  { name: 'unit', type: WORD, codec: WORD_CODEC },
  { name: 'flag', type: WORD, codec: WORD_CODEC },
  { name: 'low', type: 'Nullable(Float64)', codec: 'ZSTD(1)' },
  { name: 'high', type: 'Nullable(Float64)', codec: 'ZSTD(1)' },
  { name: 'status', type: WORD, codec: WORD_CODEC },
  { name: 'specimen', type: TEXT, codec: 'ZSTD(1)', isWholeOnly: true },
  { name: 'service_request', type: TEXT, codec: 'ZSTD(1)', isWholeOnly: true },
  { name: 'organization', type: WORD, codec: WORD_CODEC },
  { name: 'encounter', type: TEXT, codec: 'ZSTD(1)', isWholeOnly: true },
  { name: 'sex', type: WORD, codec: WORD_CODEC },
  { name: 'birth_date', type: 'Nullable(Date32)', codec: 'T64, LZ4' },
  { name: 'district', type: WORD, codec: WORD_CODEC },
];

const HIDDEN: readonly Column[] = [
  { name: '_tenant', type: 'LowCardinality(String)', codec: 'ZSTD(1)' },
  { name: '_patients', type: 'Array(String)', codec: 'ZSTD(1)' },
  { name: '_patient', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_resource', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_row', type: 'UInt32', codec: 'ZSTD(1)' },
  { name: '_version', type: 'UInt64', codec: 'ZSTD(1)' },
  { name: '_deleted', type: 'UInt8', codec: 'ZSTD(1)' },
];

export const BY_TEST = 'lab.by_test';
export const BY_PATIENT = 'lab.by_patient';

/** As questions read them. */
export function live(table: string): string {
  return `(select * from ${table} final where not _deleted settings do_not_merge_across_partitions_select_final = 1)`;
}

/** The columns of the copy by test; those that DuckDB keeps too are the ones without a line below. */
export function columnsOf(table: string): string[] {
  return [...COLUMNS, ...HIDDEN]
    .filter(({ isWholeOnly }) => table === BY_PATIENT || !isWholeOnly)
    .map(({ name }) => name);
}

export function makeTables(): string[] {
  return [
    'create database lab',
    makeTable(BY_TEST, 'code, time, _patient', 8192),
    makeTable(BY_PATIENT, 'patient, time', 1024),
  ];
}

function makeTable(table: string, order: string, granularity: number): string {
  const names = columnsOf(table);
  const columns = [...COLUMNS, ...HIDDEN].filter(({ name }) => names.includes(name));
  return `create table ${table} (${columns.map(({ name, type, codec }) => `${name} ${type} codec(${codec})`).join(', ')})
    engine = ReplacingMergeTree(_version) partition by toYear(time) order by (${order}, _resource, _row)
    settings fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = ${granularity}`;
}

/** Rows of the view with what the platform adds to them. */
export function withHidden(table: string, results: string): string {
  const hidden = `'bench' as _tenant, [patient] as _patients, cityHash64(patient) as _patient, cityHash64(id) as _resource, 0 as _row, bitShiftLeft(toUInt64(1), 32) * 2 + 1 as _version, 0 as _deleted`;
  return `insert into ${table} select ${columnsOf(table).join(', ')} from (select *, ${hidden} from (${results}))`;
}
