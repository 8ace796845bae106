import {
  CASE_FIELDS,
  type CaseRecord,
  duplicateGroups,
  type FieldModel,
  findDuplicates,
  HitMissModel,
} from '#standards/duplicates';
import type { Input } from './input.ts';

/**
 * Which reports are likely of one case: `records` are lists in the order of `fields` (null where a report says nothing), `among1` restricts the search to pairs with one of these.
 *
 * Each pair tells what every field adds, in bits; groups join pairs that share a report.
 */
export function duplicates(input: Input): object {
  input.only(['fields', 'records', 'among1', 'expectedShare', 'leastProbability']);
  const fields = input.field('fields').or(CASE_FIELDS, (value) => value.items({ least: 1, most: 50 }).map(fieldOf));
  const records = input
    .field('records')
    .items({ least: 1, most: 300_000 })
    .map((record) => recordOf(record, fields));
  const among = input.field('among1').or(undefined, (value) => value.wholes({ least: 1, most: records.length }));
  const share = { above: 0, below: 1 };
  const pairs = findDuplicates(new HitMissModel(fields, records), records, {
    expectedShare: input.field('expectedShare').or(0.05, (value) => value.number(share)),
    leastProbability: input.field('leastProbability').or(0.5, (value) => value.number(share)),
    ...(among === undefined ? {} : { among: new Set(among.map((at) => at - 1)) }),
  });
  return {
    pairs: pairs.map(({ one, other, total, probability, fields: bits }) => ({
      record1: [one + 1, other + 1],
      probability,
      bits: total,
      byField: Object.fromEntries(fields.map(({ name }, at) => [name, bits[at]])),
    })),
    groups1: duplicateGroups(pairs).map((group) => group.map((at) => at + 1)),
  };
}

function fieldOf(input: Input): FieldModel {
  const kind = input.field('kind').choice(['category', 'number', 'terms']);
  const share = { above: 0, below: 1 };
  const base = { name: input.field('name').text(), miss: input.field('miss').number(share) };
  if (kind !== 'number') return { kind, ...base };
  const deviation = input.field('deviation').number({ least: 0, below: 1 });
  return { kind, ...base, deviation, spread: input.field('spread').number({ least: 0.5 }) };
}

function recordOf(input: Input, fields: readonly FieldModel[]): CaseRecord {
  return input.items({ least: fields.length, most: fields.length }).map((value, at) => {
    if (value.isAbsent) return undefined;
    const { kind } = fields[at]!;
    if (kind === 'terms') return value.texts();
    return kind === 'number' ? value.number() : value.text();
  });
}
