import { readFileSync } from 'node:fs';
import { parseBatch } from './batch.ts';
import { type FormField, formFields } from './form.ts';
import type { CaseReport } from './model.ts';

// What the tests of this room share; no part of the product.

/** One of our synthetic batches; the file may be in any encoding. */
export function instance(name: string): Uint8Array {
  return readFileSync(new URL(`instances/${name}.xml`, import.meta.url));
}

/** The first report of a synthetic batch, to be changed at will. */
export function reportOf(name: string): CaseReport {
  const [report] = parseBatch(instance(name)).reports;
  if (report === undefined) throw new Error(`no report in ${name}`);
  return report;
}

type Tree = Record<string, unknown>;

/** Sets, or with undefined removes, what stands at a path such as `drugs.0.name`; objects and lists on the way are made. */
export function setAt(target: object, path: string, value: unknown): void {
  const keys = path.split('.');
  let node = target as Tree;
  keys.forEach((key, index) => {
    if (index === keys.length - 1) {
      if (value === undefined) delete node[key];
      else node[key] = value;
      return;
    }
    node[key] ??= /^\d+$/.test(keys[index + 1] ?? '') ? [] : {};
    node = node[key] as Tree;
  });
}

/** A report in which every field has a value that the guide allows, as far as they do not exclude each other. */
export function fullReport(): CaseReport {
  const report = {
    message: {},
    identification: {},
    reporters: [],
    sender: {},
    patient: {},
    reactions: [{ id: REACTION }],
    drugs: [{ id: DRUG, matrix: [{ reactionId: REACTION }] }],
    narrative: {},
  };
  for (const field of formFields()) {
    if (EXCLUDED.test(field.path)) continue;
    setAt(report, field.path.replaceAll('#', '0'), validValue(field));
  }
  return report as unknown as CaseReport;
}
const REACTION = '00000000-0000-4000-8000-000000000001';
const DRUG = '00000000-0000-4000-8000-000000000002';
/** Where the schema has one place for two values. */
const EXCLUDED = /phpid|assessments\.#\.china\.result/;

function validValue({ type, answers, precision, number, path }: FormField): string | boolean {
  if (type === 'flag' || type === 'true') return true;
  // Production is what goes without saying.
  if (number === 'N.2.r') return 'T';
  if (type === 'data') return DATA[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain';
  if (type === 'code' || answers !== undefined) return answers?.[0]?.code ?? '';
  if (type === 'date') return precision === 'second' ? '20260102030405+0800' : '20260102';
  return SAMPLES[type] ?? '1';
}
const DATA: Record<string, string> = { representation: 'B64', compression: 'DF', data: 'QUJD' };
const SAMPLES: Partial<Record<FormField['type'], string>> = {
  'case-id': 'CN-COMPANY-1',
  number: '1.5',
  integer: '17',
  unit: 'mg',
  country: 'CN',
  language: 'zho',
  version: '27.1',
  meddra: '99000001',
};
