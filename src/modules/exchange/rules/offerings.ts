import type {
  Candidate,
  CandidateColumn,
  Cell,
  ColumnQuality,
  DefinedColumn,
  Missing,
  OfferingDefinition,
  PolicyTerms,
  Quality,
  QualityPlan,
  Sample,
  VersionState,
  Words,
} from '../model.ts';

/**
 * How a version may move. A return ends it: the holder goes on with the next version. What is listed stays so while its successor
 * is on its way, and is superseded by it.
 */
const MOVES: Readonly<Record<VersionState, readonly VersionState[]>> = {
  draft: ['in-review'],
  'in-review': ['returned', 'registered'],
  returned: [],
  registered: ['in-notice'],
  'in-notice': ['objected', 'certified'],
  objected: ['returned', 'in-notice'],
  certified: ['listing'],
  listing: ['listed', 'certified'],
  listed: ['suspended', 'delisted', 'superseded'],
  suspended: ['listed', 'delisted'],
  delisted: [],
  superseded: [],
};

export function mayMove(from: VersionState, to: VersionState): boolean {
  return MOVES[from].includes(to);
}

/** What a definition lacks before it can be submitted. */
export function missingOf(definition: OfferingDefinition): Missing[] {
  const { title, summary, query, columns, prices, pricingBasis, sources, terms, ways } = definition;
  const missing: Missing[] = [];
  const need = (holds: boolean, key: string, what?: string) => {
    if (!holds) missing.push({ key, ...(what !== undefined && { what }) });
  };
  need(isSaid(title), 'title');
  need(isSaid(summary), 'summary');
  need(query.sql.trim() !== '', 'sql');
  need(columns.length > 0, 'columns');
  for (const { name, label, meaning, type, codes } of columns) {
    need(isSaid(label), 'label', name);
    need(isSaid(meaning), 'meaning', name);
    need(type !== 'code' || (codes ?? []).length > 0, 'codes', name);
  }
  need(new Set(columns.map(({ name }) => name)).size === columns.length, 'columnsTwice');
  need(prices.length > 0, 'prices');
  need(isSaid(pricingBasis), 'pricingBasis');
  need(sources.reduce((sum, { share }) => sum + share, 0) === WHOLE, 'shares');
  need(new Set(sources.map(({ party }) => party.id)).size === sources.length, 'sourcesTwice');
  need(terms.purposes.length > 0, 'purposes');
  need(ways.length > 0, 'ways');
  return missing;
}

/** Shares of revenue are basis points. */
const WHOLE = 10_000;

function isSaid({ en, zh }: Words): boolean {
  return en.trim() !== '' && zh.trim() !== '';
}

/**
 * The terms as an offer in ODRL 2.2, without a target: what is offered is told beside it.
 *
 * Source: W3C ODRL Information Model 2.2 and Vocabulary 2.2.
 */
export function offerPolicy(
  { purposes, days, mostUses, attribution, mayPassOn, deleteAfter }: PolicyTerms,
  { id, assigner }: { id: string; assigner: string },
): Record<string, unknown> {
  const constraint = [
    ...(purposes.includes('any') ? [] : [{ leftOperand: 'purpose', operator: 'isAnyOf', rightOperand: purposes }]),
    ...(days === undefined ? [] : [{ leftOperand: 'elapsedTime', operator: 'lteq', rightOperand: `P${days}D` }]),
    ...(mostUses === undefined ? [] : [{ leftOperand: 'count', operator: 'lteq', rightOperand: mostUses }]),
  ];
  const duty = [
    ...(attribution ? [{ action: 'attribute' }] : []),
    ...(deleteAfter ? [{ action: 'delete', ...(days !== undefined && { constraint: [after(days)] }) }] : []),
  ];
  const ruled = { ...(constraint.length > 0 && { constraint }), ...(duty.length > 0 && { duty }) };
  return {
    '@context': 'http://www.w3.org/ns/odrl.jsonld',
    '@type': 'Offer',
    '@id': id,
    assigner,
    permission: [{ action: 'use', ...ruled }, ...(mayPassOn ? [{ action: 'distribute', ...ruled }] : [])],
    prohibition: [...(mayPassOn ? [] : [{ action: 'distribute' }]), { action: REIDENTIFY }],
  };
}

/** ODRL has no such action: to find out whose data they are. */
const REIDENTIFY = 'reidentify';

function after(days: number): Record<string, unknown> {
  return { leftOperand: 'delayPeriod', operator: 'gteq', rightOperand: `P${days}D` };
}

const REFRESH_DAYS = { daily: 1, weekly: 7 } as const;
const REFRESH_MONTHS = { monthly: 1, quarterly: 3 } as const;

/** When the content is due again. */
export function nextRefresh(refresh: OfferingDefinition['refresh'], from: Date): Date | null {
  if (refresh === 'never') return null;
  const next = new Date(from);
  if (refresh === 'daily' || refresh === 'weekly') next.setUTCDate(next.getUTCDate() + REFRESH_DAYS[refresh]);
  else {
    const day = next.getUTCDate();
    next.setUTCDate(1);
    next.setUTCMonth(next.getUTCMonth() + REFRESH_MONTHS[refresh]);
    // The last of a month stays the last of a month.
    const last = new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 0)).getUTCDate();
    next.setUTCDate(Math.min(day, last));
  }
  return next;
}

type Measured = Pick<Candidate, 'rows'> & { columns: readonly (CandidateColumn & Pick<DefinedColumn, 'codes'>)[] };

/** What can be measured of a content's quality; definitions in docs/exchange.md. */
export function measureQuality({ columns, rows }: Measured, plan: QualityPlan, now: Date): Quality {
  const measured = columns.map((column, at) => measureColumn(column, rows, at, plan));
  const cells = rows.length * columns.length;
  const present = measured.reduce((sum, column) => sum + column.present, 0);
  const valid = measured.reduce((sum, column) => sum + column.valid, 0);
  return {
    rows: rows.length,
    columns: measured,
    completeness: cells === 0 ? 0 : present / cells,
    validity: present === 0 ? 0 : valid / present,
    uniqueness: rows.length === 0 ? 0 : new Set(rows.map((row) => JSON.stringify(row))).size / rows.length,
    timeliness: timelinessOf(columns, rows, plan, now),
    measuredAt: now.toISOString(),
  };
}

function measureColumn(
  column: Measured['columns'][number],
  rows: readonly (readonly Cell[])[],
  at: number,
  plan: QualityPlan,
): ColumnQuality {
  const codes = column.codes === undefined ? undefined : new Set(column.codes.map(({ code }) => code));
  const range = plan.ranges.find(({ column: name }) => name === column.name);
  const seen = new Set<Cell>();
  let [present, valid] = [0, 0];
  let low: string | number | undefined;
  let high: string | number | undefined;
  for (const row of rows) {
    const value = row[at] ?? null;
    if (value === null || value === '') continue;
    present += 1;
    seen.add(value);
    if (isOfType(value, column.type, codes) && isWithin(value, range)) valid += 1;
    if (column.type === 'text' || column.type === 'code') continue;
    if (low === undefined || value < low) low = value;
    if (high === undefined || value > high) high = value;
  }
  const ends = { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  return { name: column.name, present, valid, distinct: seen.size, ...ends };
}

function isOfType(value: string | number, type: CandidateColumn['type'], codes: ReadonlySet<string> | undefined) {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value);
    case 'date':
      return typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)));
    case 'code':
      return codes === undefined || codes.has(String(value));
  }
}

/** A day, a month, a quarter, a year; of a time its day. */
const DATE = /^\d{4}(-Q[1-4]|-\d\d(-\d\d([T ].*)?)?)?$/;

function isWithin(value: string | number, range: QualityPlan['ranges'][number] | undefined): boolean {
  if (range === undefined) return true;
  return typeof value === 'number' && value >= (range.low ?? -Infinity) && value <= (range.high ?? Infinity);
}

function timelinessOf(
  columns: readonly CandidateColumn[],
  rows: readonly (readonly Cell[])[],
  { time, freshDays }: QualityPlan,
  now: Date,
): Quality['timeliness'] {
  const at = columns.findIndex(({ name }) => name === time);
  if (at < 0) return null;
  const days = rows.flatMap((row) => endOf(row[at] ?? null) ?? []).sort();
  const [oldest, newest] = [days[0], days.at(-1)];
  if (oldest === undefined || newest === undefined) return null;
  const ageDays = Math.max(0, Math.floor((now.getTime() - Date.parse(newest)) / DAY_MS));
  return { oldest, newest, ageDays, freshDays: freshDays ?? null };
}

const DAY_MS = 86_400_000;

/** The last day of a day, month, quarter or year, as far as it has come. */
function endOf(value: Cell): string | undefined {
  if (typeof value === 'number') value = String(value);
  if (value === null || !DATE.test(value)) return undefined;
  const [, year = '', quarter, month, day] = /^(\d{4})(?:-Q([1-4])|-(\d\d)(?:-(\d\d).*)?)?$/.exec(value) ?? [];
  if (day !== undefined) return value.slice(0, 10);
  const last = quarter === undefined ? Number(month ?? 12) : 3 * Number(quarter);
  return new Date(Date.UTC(Number(year), last, 0)).toISOString().slice(0, 10);
}

/** Rows that a sample has, spread over the content so that its order tells nothing else. */
const SAMPLE_ROWS = 20;

/** Rows of a released content, as even a choice as can be. */
export function sampleOf(columns: readonly CandidateColumn[], rows: readonly Cell[][]): Sample {
  const step = Math.max(1, rows.length / SAMPLE_ROWS);
  const count = Math.min(rows.length, SAMPLE_ROWS);
  return {
    columns: columns.map(({ name }) => name),
    rows: Array.from({ length: count }, (_, at) => rows[Math.floor(at * step)]!),
  };
}
