import type { Solver } from '#standards/disclosure-control';
import type { CandidateColumn, Cell, GateCheck, GateMethod, GateReport, GateSettings, GateStage } from '../../model.ts';
import type { EarlierRelease, EncodedCandidate, Told } from './encoded.ts';
import { examineMicrodata } from './microdata.ts';
import { leaving, roleCheck, scanChecks } from './scan.ts';
import { check } from './settings.ts';
import { examineTable } from './table.ts';

export interface Examination {
  method: GateMethod;
  checks: GateCheck[];
  verdict: GateReport['verdict'];
  removed: GateReport['removed'];
  microdata: GateReport['microdata'];
  table: GateReport['table'];
  /** What may leave; nothing where it is refused. */
  columns: CandidateColumn[];
  rows: Cell[][];
  told: Told;
}

export interface ExamineTools {
  solve: Solver;
  now(): number;
  progress(stage: GateStage, done: number): void;
}

/**
 * All checks on a candidate, in the light of what was released before. What can be mended is mended; the verdict follows from the checks alone.
 *
 * @throws RangeError for what no check can judge
 */
export function examine(
  candidate: EncodedCandidate,
  { settings, earlier }: { settings: GateSettings; earlier: readonly EarlierRelease[] },
  { solve, now, progress }: ExamineTools,
): Examination {
  progress('scanning', 0);
  const columns = leaving(candidate, settings.contributions);
  const method = settings.method === 'auto' ? methodFor(candidate) : settings.method;
  const removed = candidate.columns
    .filter((column) => !columns.includes(column))
    .map(({ name, role }) => ({
      name,
      why: role === 'identifier' ? ('identifier' as const) : ('contribution' as const),
    }));
  const hasCount = columns.some(({ role }) => role === 'count');
  const columnsCheck =
    method === 'table' && !hasCount
      ? check('columns', { verdict: 'failed' })
      : method === 'table'
        ? check('columns', { verdict: 'passed', numbers: [{ name: 'columns', value: columns.length }] })
        : roleCheck(columns, candidate.rowCount);
  const first = [columnsCheck, ...scanChecks(columns)];
  const nothing = { microdata: null, table: null, columns: [], rows: [], told: NOTHING };
  // What names persons is not worth a search, and must not be counted on.
  if (first.some(({ verdict }) => verdict === 'failed'))
    return { method, removed, checks: first, verdict: 'refused', ...nothing };

  const given = { settings, earlier };
  const stage = method === 'table' ? 'suppressing' : 'searching';
  const tools = { now, solve, progress: (done: number) => progress(stage, done) };
  tools.progress(0);
  const { report, checks, ...examined } =
    method === 'table'
      ? examineTable(candidate, columns, given, tools)
      : examineMicrodata(candidate, columns, { settings, earlier: earlier.filter(({ own }) => own) }, tools);
  const all = [...first, ...checks];
  const verdict = all.some((each) => each.verdict === 'failed') ? 'refused' : 'passed';
  const reports = {
    microdata: method === 'microdata' ? (report as GateReport['microdata']) : null,
    table: method === 'table' ? (report as GateReport['table']) : null,
  };
  return { method, removed, checks: all, verdict, ...(verdict === 'passed' ? examined : nothing), ...reports };
}

const NOTHING: Told = { method: 'table', dimensions: [], margins: false, codes: {} };

function methodFor({ columns }: EncodedCandidate): GateMethod {
  return columns.some(({ role }) => role === 'count') ? 'table' : 'microdata';
}
