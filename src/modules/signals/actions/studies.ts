import { createHash } from 'node:crypto';
import { reachOf, record, recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { type Lake, SMALLEST } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { type FollowedPersons, findFollowed, parseCohort } from '#modules/records';
import type {
  DataSource,
  DataSummary,
  LakeSource,
  StudyLine,
  StudyPage,
  StudyProtocol,
  StudyReport,
  StudyRun,
  StudyTable,
  StudyVersion,
} from '../model.ts';
import { lacksOf } from '../model.ts';
import { checkColumns, describe, exampleProtocol, exampleRows, hashOf, type Outputs, stepsOf } from '../rules/index.ts';
import {
  countOpenRuns,
  findData,
  findOpenRun,
  findRunsOf,
  findSteps,
  findStudies,
  findStudyVersions,
  getRun,
  getStudy,
  getTable,
  holdStudy,
  insertRun,
  insertSignOff,
  insertStudy,
  insertStudyVersion,
  keepData,
  type StoredStudy,
  type StudyReach,
} from '../store/index.ts';
import { checkedReason } from './reason.ts';
import { checkTable } from './study-table.ts';

const [READ, WRITE] = ['signals.study.read', 'signals.study.write'];
const MOST_STUDIES = 500;
const MOST_OPEN_RUNS = 10;

/** @throws Problem `forbidden` */
function reachFor(ctx: Context, act: string): StudyReach {
  const scope = reachOf(ctx.actor, act);
  if (scope !== 'all' && scope !== 'organization') ctx.require(act);
  return { all: scope === 'all', actor: ctx.actor.id, organizations: ctx.actor.organizations };
}

export async function listStudies(ctx: Context): Promise<{ studies: StudyLine[]; mayWrite: boolean }> {
  const studies = await findStudies(ctx.db, reachFor(ctx, READ), MOST_STUDIES);
  return { studies, mayWrite: reachOf(ctx.actor, WRITE) !== undefined };
}

export async function readStudy(ctx: Context, id: string): Promise<StudyPage> {
  const study = await getStudy(ctx.db, reachFor(ctx, READ), id);
  await recordRead(ctx, { act: 'signals.study-read', subject: study.id });
  return pageOf(ctx, study);
}

async function pageOf(ctx: Context, study: StoredStudy): Promise<StudyPage> {
  const { id, version, protocol, dataHash, owner, organization, ownerName } = study;
  const scope = reachOf(ctx.actor, WRITE);
  const isOwn = owner === ctx.actor.id || (organization !== null && ctx.actor.organizations.includes(organization));
  return {
    id,
    version,
    protocol,
    ownerName,
    data: dataHash === null ? null : ((await findData(ctx.db, id, dataHash)) ?? null),
    versions: await findStudyVersions(ctx.db, id),
    runs: await findRunsOf(ctx.db, id),
    mayWrite: scope === 'all' || (scope === 'organization' && isOwn),
  };
}

export async function createStudy(ctx: Context, protocol: StudyProtocol): Promise<StudyPage> {
  reachFor(ctx, WRITE);
  const id = await ctx.db.transaction(async (tx) => {
    const made = await insertStudy(ctx, tx, protocol);
    await record(ctx, tx, { act: 'signals.study-made', subject: made, detail: { version: 1, title: protocol.title } });
    return made;
  });
  return pageOf(ctx, await getStudy(ctx.db, reachFor(ctx, WRITE), id));
}

/** The worked example with its invented rows, signed off by who loads it, ready to be analysed. */
export async function createExample(ctx: Context): Promise<StudyPage> {
  const page = await createStudy(ctx, exampleProtocol());
  await signStudy(ctx, page.id, page.version);
  const { table, dropped, hash } = await checkTable(exampleRows());
  return takeData(ctx, page.id, { table, hash }, { kind: 'example', dropped });
}

/** Another version of the protocol; the ones before stay as they were. Once one was signed off, the next is an amendment, which says why. */
export async function changeStudy(
  ctx: Context,
  id: string,
  { protocol, version, why }: { protocol: StudyProtocol; version: number; why: string },
): Promise<StudyPage> {
  const reach = reachFor(ctx, WRITE);
  await ctx.db.transaction(async (tx) => {
    const study = await holdStudy(tx, reach, id);
    checkVersion(study, version);
    const isAmendment = (await findStudyVersions(tx, study.id)).some(({ signedAt }) => signedAt !== null);
    const reason = isAmendment ? checkedReason(why) : null;
    await insertStudyVersion(ctx, tx, study.id, { version: version + 1, protocol, why: reason });
    await record(ctx, tx, {
      act: isAmendment ? 'signals.study-amended' : 'signals.study-changed',
      subject: study.id,
      detail: { version: version + 1, ...(reason !== null && { why: reason }) },
    });
  });
  return pageOf(ctx, await getStudy(ctx.db, reach, id));
}

function checkVersion(study: StoredStudy, version: number): void {
  if (study.version !== version)
    throw new Problem('conflict', 'the study has changed since you looked at it: read it again', {
      version: study.version,
    });
}

/** Stands for the protocol as it is now: only then are its rows analysed. */
export async function signStudy(ctx: Context, id: string, version: number): Promise<StudyPage> {
  const reach = reachFor(ctx, WRITE);
  await ctx.db.transaction(async (tx) => {
    const study = await holdStudy(tx, reach, id);
    checkVersion(study, version);
    const lacks = lacksOf(study.protocol);
    if (lacks.length > 0)
      throw new Problem('unprocessable', 'the protocol does not say all that is needed to sign it off', { lacks });
    const hash = createHash('sha256').update(JSON.stringify(study.protocol)).digest('hex');
    if (!(await insertSignOff(ctx, tx, study, hash))) return;
    await record(ctx, tx, { act: 'signals.study-signed-off', subject: study.id, detail: { version, hash } });
  });
  return pageOf(ctx, await getStudy(ctx.db, reach, id));
}

export async function uploadData(
  ctx: Context,
  id: string,
  { csv, file }: { csv: string; file: string },
): Promise<StudyPage> {
  await getStudy(ctx.db, reachFor(ctx, WRITE), id);
  const { table, dropped, hash } = await checkTable(csv);
  return takeData(ctx, id, { table, hash }, { kind: 'upload', file, dropped });
}

async function takeData(
  ctx: Context,
  id: string,
  { table, hash }: { table: StudyTable; hash: string },
  source: DataSource,
): Promise<StudyPage> {
  const reach = reachFor(ctx, WRITE);
  await ctx.db.transaction(async (tx) => {
    const study = await holdStudy(tx, reach, id);
    await keepData(ctx, tx, study.id, { hash, table, source });
    await record(ctx, tx, {
      act: 'signals.study-data-taken',
      subject: study.id,
      detail: { hash, rows: table.rows, kind: source.kind, ...(source.reach !== undefined && { reach: source.reach }) },
    });
  });
  return pageOf(ctx, await getStudy(ctx.db, reach, id));
}

/** Makes the rows from the lake as the protocol says: persons without name or id, within the reach of whoever asks. */
export async function makeData(
  ctx: Context,
  id: string,
  { lake, signal }: { lake: Lake; signal: AbortSignal },
): Promise<StudyPage> {
  const study = await getStudy(ctx.db, reachFor(ctx, WRITE), id);
  const { lake: from } = study.protocol;
  if (from === undefined)
    throw new Problem(
      'invalid',
      'the protocol does not say how the rows are made from the lake: name cohort, treatment and comparator',
    );
  // Whoever may not ask for cohorts gets none by this way either.
  ctx.require('records.cohort.ask');
  const { reach, treatment, comparator, followDays, measures } = from;
  const cohort = parseCohort(from.cohort);
  const found = await findFollowed(
    ctx,
    { cohort, treatment, comparator, followDays, measures },
    { lake, reach, signal },
  );
  const treated = found.persons.filter((person) => person.treated).length;
  const smallest = reach === 'population' ? SMALLEST : 1;
  if (treated < smallest || found.persons.length - treated < smallest)
    throw new Problem('unprocessable', 'a group has too few persons: widen the cohort or name more codes', {
      least: smallest,
    });
  const { table, dropped } = followedTable(from, found);
  const shown = (persons: number): number => (smallest > 1 ? Math.round(persons / smallest) * smallest : persons);
  const flow = [
    { step: 'cohort', persons: shown(found.members) },
    { step: 'neither', persons: shown(found.neither) },
    { step: 'both', persons: shown(found.both) },
  ];
  return takeData(ctx, id, { table, hash: hashOf(table) }, { kind: 'lake', reach, dropped, flow });
}

/** The columns that every table from the lake has, then its measures. */
function followedTable(
  { measures }: LakeSource,
  { persons }: FollowedPersons,
): { table: StudyTable; dropped: DataSource['dropped'] } {
  const text = (value: number | null): string => (value === null ? '' : String(value));
  return describe(
    ['group', 'days', 'event', 'age', 'sex', ...measures.map(({ name }) => name)],
    [
      persons.map(({ treated }) => (treated ? 'treatment' : 'comparator')),
      persons.map(({ days }) => text(days)),
      persons.map(({ died }) => (died ? 'death' : 'none')),
      persons.map(({ age }) => text(age)),
      persons.map(({ sex }) => sex),
      ...measures.map((_, at) => persons.map((person) => text(person.measures[at] ?? null))),
    ],
  );
}

/** Asks for an analysis of the protocol as it stands on the rows as they stand; the same one that waits already is not asked for twice. */
export async function askAnalysis(ctx: Context, id: string): Promise<{ run: string }> {
  const reach = reachFor(ctx, WRITE);
  return ctx.db.transaction(async (tx) => {
    const study = await holdStudy(tx, reach, id);
    if (study.dataHash === null)
      throw new Problem('invalid', 'the study has no rows yet: upload them or make them from the lake');
    const data = await findData(tx, study.id, study.dataHash);
    checkColumns(study.protocol, {
      columns: data!.columns,
      values: (await getTable(tx, study.id, study.dataHash)).values,
      rows: data!.rows,
    });
    const [standing] = await findStudyVersions(tx, study.id);
    if (standing?.signedAt == null)
      throw new Problem('conflict', 'the protocol is not signed off: it is before anybody sees what the rows say');
    const open = await findOpenRun(tx, study);
    if (open !== undefined) return { run: open.id };
    const { n } = await countOpenRuns(tx, ctx.actor.id);
    if (n >= MOST_OPEN_RUNS)
      throw new Problem('too-many', 'too many analyses of yours wait already: try again when one is done');
    const run = await insertRun(ctx, tx, study, 0);
    await record(ctx, tx, {
      act: 'signals.study-analysis-asked',
      subject: study.id,
      detail: { run, version: study.version, data: study.dataHash },
    });
    return { run };
  });
}

/** An analysis with its report, under the protocol that it answers. */
export async function readRun(ctx: Context, id: string, run: string): Promise<RunTold> {
  const study = await getStudy(ctx.db, reachFor(ctx, READ), id);
  const { protocol, report, ...told } = await getRun(ctx.db, study.id, run);
  // Who waits for it looks every second, and sees nothing yet.
  if (report !== null) await recordRead(ctx, { act: 'signals.study-report-read', subject: study.id, detail: { run } });
  const data = (await findData(ctx.db, study.id, told.dataHash)) ?? null;
  return { run: told, protocol, report, data, course: await courseOf(ctx, study.id, told.version) };
}

interface RunTold {
  run: StudyRun;
  protocol: StudyProtocol;
  data: DataSummary | null;
  report: StudyReport | null;
  /** The versions up to the one that was analysed. */
  course: StudyVersion[];
}

async function courseOf(ctx: Context, study: string, version: number): Promise<StudyVersion[]> {
  return (await findStudyVersions(ctx.db, study)).filter((each) => each.version <= version);
}

/** Every step with its very input, so that anybody can hold it against another program. Rows of the population stay here. */
export async function bundleRun(ctx: Context, id: string, run: string): Promise<object> {
  const study = await getStudy(ctx.db, reachFor(ctx, WRITE), id);
  const found = await getRun(ctx.db, study.id, run);
  if (found.state !== 'done') throw new Problem('conflict', 'the analysis is not done yet');
  const { source, ...table } = await getTable(ctx.db, study.id, found.dataHash);
  const isOpen = source.kind !== 'lake' || source.reach === 'rows';
  await recordRead(ctx, { act: 'signals.study-bundled', subject: study.id, detail: { run, inputs: isOpen } });
  const steps = await findSteps(ctx.db, { study: study.id, id: run });
  const outputs: Outputs = new Map(
    steps.filter(({ refusal }) => refusal === null).map(({ key, output }) => [key, output]),
  );
  const inputs = new Map(stepsOf(found.protocol, table).map(({ key, input }) => [key, input(outputs)]));
  return {
    study: { id: study.id, version: found.version, protocol: found.protocol },
    course: await courseOf(ctx, study.id, found.version),
    data: { hash: found.dataHash, rows: table.rows, source },
    command:
      "jq '.steps[0].input' bundle.json > input.json && npm run -s banyan -- compute $(jq -r '.steps[0].method' bundle.json) < input.json",
    steps: isOpen
      ? steps.map(({ key, method, output, refusal }) => ({ key, method, input: inputs.get(key), output, refusal }))
      : steps.map(({ key, method, refusal }) => ({ key, method, refusal })),
    ...(!isOpen && { withheld: 'rows of the population are not given away', report: found.report }),
  };
}
