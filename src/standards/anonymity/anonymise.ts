import { ladderOf, SUPPRESSED } from './hierarchy.ts';
import { type Data, measureOf } from './loss.ts';
import type { Column, Outcome, PrivacyModel, Risks, Settings, Subset, Table } from './model.ts';
import { type Left, leftBy, type Recoding, recodedBy, recodedTable, untouched, utilityOf } from './recoding.ts';
import { risksOf } from './risks.ts';
import { judgeOf } from './rules.ts';
import { findOptimum, type Search } from './search.ts';
import { columnsOf, countTuples } from './tuples.ts';

/** A risk that is held to be acceptable where no class size is asked: one in five. Source: El Emam 2013, chapter 16. */
const USUAL_RISK = 0.2;
const MOST_ROUNDS = 100;
/** Each round of local recoding must show at least this share of what is left. */
const ROUND_SHOWS = 0.05;

/**
 * Finds the generalisation of least loss that keeps every model, and gives the table so generalised.
 *
 * @throws RangeError for settings that no table could be judged by
 */
export function anonymise(table: Table, settings: Settings): Outcome {
  const start = settings.now?.();
  const subset = subsetOf(settings.models, table);
  const { tuples, tupleOf } = countTuples(table, subset);
  const data = { tuples, ladders: columnsOf(table, 'quasi').map(ladderOf) };
  const sensitive = columnsOf(table, 'sensitive');
  const { best, checked, lattice, complete } = searchTuples(data, sensitive, settings);
  const before = untouched(data);
  const outcome: Outcome = {
    risks: { before: risksAt(before, 0, settings.models) },
    utility: { before: utilityOf(data, before) },
    checked,
    lattice,
    complete,
  };
  if (best === undefined) return outcome;

  const all: Left = { tuples, origin: Uint32Array.from({ length: tuples.count }, (_, tuple) => tuple) };
  const first = recodedBy(
    best,
    { ...all, ladders: data.ladders },
    { rounds: [], roundOf: new Uint8Array(tuples.count) },
  );
  const recoding = settings.localRecoding === true ? recodeRest(first, { data, sensitive, settings, start }) : first;
  const shown = recoding.rounds.reduce((sum, { records }) => sum + records, 0);
  const suppressedRows = tuples.releasedTotal - shown;
  return {
    ...outcome,
    solution: {
      levels: best.levels,
      score: best.score,
      rounds: recoding.rounds.map(({ levels, records }) => ({ levels, records })),
      suppressedRows,
      releasedRows: tuples.releasedTotal,
      table: recodedTable(table, { data, recoding, tupleOf, subset }),
    },
    risks: { ...outcome.risks, after: risksAt(recoding, suppressedRows, settings.models) },
    utility: { ...outcome.utility, after: utilityOf(data, recoding) },
  };
}

/** The search alone, for tables of which only the distinct tuples are in memory. */
export function searchTuples(data: Data, sensitive: readonly Column[], settings: Settings): Search {
  const { models, metric, suppressionLimit, timeLimitMs, now, onProgress } = settings;
  if (!(suppressionLimit >= 0 && suppressionLimit <= 1)) throw new RangeError('the suppression limit is from 0 to 1');
  if (models.length === 0) throw new RangeError('there must be a model to keep');
  if (timeLimitMs !== undefined && now === undefined) throw new RangeError('a time limit needs a clock');
  const measure = measureOf(metric, data);
  const limit = Math.floor(suppressionLimit * data.tuples.releasedTotal);
  const judge = judgeOf(models, { data, measure, sensitive, limit });
  const start = now?.() ?? 0;
  return findOptimum(data, {
    measure,
    judge,
    goesOn: (state) => {
      onProgress?.(state);
      return timeLimitMs === undefined || now!() - start < timeLimitMs;
    },
  });
}

/**
 * Local recoding: what is suppressed is generalised again by itself, and what that suppresses again, until nothing more can be shown.
 *
 * Each round keeps the models by itself, so that all together do: classes of different rounds only ever become larger.
 * Values are compared with their shares in the whole table throughout.
 */
function recodeRest(
  first: Recoding,
  {
    data,
    sensitive,
    settings,
    start,
  }: { data: Data; sensitive: readonly Column[]; settings: Settings; start: number | undefined },
): Recoding {
  if (data.tuples.population !== undefined)
    throw new RangeError('local recoding is of tables that are released as a whole');
  let recoding = first;
  while (recoding.rounds.length < MOST_ROUNDS) {
    const left = leftBy(recoding, data.tuples);
    if (left.tuples.count === 0) break;
    const rest = { tuples: left.tuples, ladders: data.ladders, whole: data.tuples };
    const spentMs = start === undefined ? 0 : settings.now!() - start;
    const { best } = searchTuples(rest, sensitive, {
      ...settings,
      suppressionLimit: 1 - ROUND_SHOWS,
      ...(settings.timeLimitMs === undefined ? {} : { timeLimitMs: settings.timeLimitMs - spentMs }),
    });
    if (best === undefined || showsNothing(best.levels, data)) break;
    recoding = recodedBy(best, { ...left, ladders: data.ladders }, recoding);
  }
  return recoding;
}

function showsNothing(levels: readonly number[], { ladders }: Data): boolean {
  return levels.every((level, attribute) => {
    const labels = ladders[attribute]!.labels[level]!;
    return labels.length === 1 && labels[0] === SUPPRESSED;
  });
}

function risksAt({ rounds }: Recoding, suppressed: number, models: readonly PrivacyModel[]): Risks {
  const k = Math.max(0, ...models.map((model) => ('k' in model ? model.k : 0)));
  const people = models.find((model) => 'population' in model);
  const joined = (sizes: readonly Uint32Array[]): Uint32Array => Uint32Array.from(sizes.flatMap((each) => [...each]));
  return risksOf(
    {
      released: joined(rounds.map(({ released }) => released)),
      ...(rounds[0]?.population === undefined ? {} : { population: joined(rounds.map((round) => round.population!)) }),
      suppressed,
    },
    {
      threshold: k > 1 ? 1 / k : USUAL_RISK,
      ...(people === undefined ? {} : { population: { size: people.population.size } }),
    },
  );
}

/** Models may name one subset, and all the same. */
function subsetOf(models: readonly PrivacyModel[], { rowCount }: Table): Subset | undefined {
  const [subset, ...others] = models.flatMap((model) => ('subset' in model ? [model.subset] : []));
  if (others.some((other) => other !== subset)) throw new RangeError('all models must be of the same subset');
  if (subset?.some((row, index) => row >= rowCount || (index > 0 && row <= subset[index - 1]!)) === true)
    throw new RangeError('a subset holds row numbers of the table in ascending order');
  return subset;
}
