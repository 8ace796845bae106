import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  anonymise,
  type Metric,
  type PrivacyModel,
  type Settings,
  type Subset,
  type Table,
} from '#standards/anonymity';
import { columnOf, readAdult, readHierarchy } from './adult.ts';
import { CONFORMANCE } from './scores.ts';

export const ARX = join(CONFORMANCE, 'arx');
export const ARX_DATA = join(ARX, 'data');

/** A reference result of ARX on the Adult data. */
export interface ArxCase {
  id: string;
  quasiIdentifiers: string[];
  sensitiveAttribute?: string;
  privacyModels: (Record<string, unknown> & { model: string })[];
  suppressionLimit: number;
  metric: Record<string, unknown> & { name: string };
  costBenefit?: Extract<PrivacyModel, { costs: unknown }>['costs'];
  practicalMonotonicity: boolean;
  algorithm: { localRecoding?: unknown };
  kind?: string;
  steps?: { quasiIdentifiers: string[]; averageRisk: number; highestRisk: number; recordsAtRisk: number }[];
  expected: { solution: boolean; score: number; transformation: Record<string, number> };
  portability: string;
}

export function readCases(): ArxCase[] {
  return (JSON.parse(readFileSync(join(ARX, 'adult-cases.json'), 'utf8')) as { cases: ArxCase[] }).cases;
}

/** Whether another implementation can be held to a case: it follows from definitions, or from a solver that finds what there is. */
export function isFair({ kind, portability, privacyModels }: ArxCase): boolean {
  if (kind !== undefined) return false;
  return portability === 'exact' || privacyModels.some(({ model }) => model === 'population-uniqueness');
}

/** ARX prints scores that are sums in another order. */
const TOLERANCE = 1e-9;

/** A better score than that of ARX counts only where it was told to take criteria for monotonic that are not. */
export function judgeCase(found: ArxCase): { met: boolean; score?: number; levels?: readonly number[] } {
  const { table, settings } = readCase(found);
  const { solution } = anonymise(table, settings);
  const { expected } = found;
  if (solution === undefined) return { met: !expected.solution };
  const { score, levels } = solution;
  const isSame = Math.abs(score - expected.score) <= TOLERANCE * Math.abs(expected.score);
  return {
    met: expected.solution && (isSame || (found.practicalMonotonicity && score < expected.score)),
    score,
    levels,
  };
}

/** A case of ARX as our table and settings. */
function readCase(found: ArxCase): { table: Table; settings: Settings } {
  const { header, rows } = readAdult(ARX_DATA);
  const columns = header.map((name, index) => {
    const values = rows.map((row) => row[index]!);
    if (found.quasiIdentifiers.includes(name))
      return columnOf({ name, role: 'quasi', hierarchy: readHierarchy(ARX_DATA, name) }, values);
    return columnOf({ name, role: found.sensitiveAttribute === name ? 'sensitive' : 'plain' }, values);
  });
  return { table: { columns, rowCount: rows.length }, settings: settingsOf(found, rows) };
}

function settingsOf(found: ArxCase, rows: readonly string[][]): Settings {
  const files = new Map<string, Subset>();
  // ARX passes over classes without released records when a smallest size is asked as well.
  const releasedOnly = found.privacyModels.some(
    ({ model }) => model === 'k-anonymity' || model.endsWith('l-diversity'),
  );
  const models = found.privacyModels.map((model): PrivacyModel => {
    const { subset, hierarchy, ...rest } = model as Record<string, unknown> & {
      subset?: { file: string };
      hierarchy?: string;
    };
    if (subset !== undefined && !files.has(subset.file)) files.set(subset.file, readSubset(subset.file, rows));
    return {
      ...rest,
      ...(subset === undefined ? {} : { subset: files.get(subset.file) }),
      ...(hierarchy === undefined
        ? {}
        : { hierarchy: readHierarchy(ARX_DATA, /^adult_hierarchy_(.*)\.csv$/.exec(hierarchy)![1]!) }),
      ...(model.model === 'delta-presence' && releasedOnly ? { releasedOnly } : {}),
      ...(model.model.startsWith('profitability') ? { costs: found.costBenefit } : {}),
    } as unknown as PrivacyModel;
  });
  const { threshold: _way, ...metric } = found.metric;
  return {
    models,
    suppressionLimit: found.suppressionLimit,
    metric: {
      ...metric,
      name: metric.name.replace(/^precomputed-/, ''),
      ...(found.costBenefit === undefined ? {} : { costs: found.costBenefit }),
    } as Metric,
  };
}

function readSubset(file: string, rows: readonly string[][]): Subset {
  const text = readFileSync(join(ARX_DATA, file), 'utf8');
  if (file.endsWith('.json')) {
    const parsed = JSON.parse(text) as number[] | { rows: number[] };
    return Uint32Array.from(Array.isArray(parsed) ? parsed : parsed.rows).sort();
  }
  const wanted = new Map<string, number>();
  for (const line of text.split(/\r?\n/).slice(1)) if (line !== '') wanted.set(line, (wanted.get(line) ?? 0) + 1);
  const taken: number[] = [];
  for (const [row, values] of rows.entries()) {
    const line = values.join(';');
    const left = wanted.get(line) ?? 0;
    if (left === 0) continue;
    wanted.set(line, left - 1);
    taken.push(row);
  }
  return Uint32Array.from(taken);
}
