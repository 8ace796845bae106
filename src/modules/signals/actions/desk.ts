import { record, recordRead } from '#kernel/access';
import { type Context, holds } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { listCaseResults, listCases } from '../analytics/index.ts';
import {
  type Alarm,
  type AlarmMove,
  type AlarmNote,
  type AlarmPage,
  type AlarmQuery,
  type CaseResult,
  type LineListRow,
  MOVES,
} from '../model.ts';
import { dayOf, daysAfter } from '../rules/index.ts';
import {
  findAlarms,
  findEvents,
  findNotices,
  getAlarm,
  holdAlarm,
  insertEvent,
  insertNotices,
  moveAlarm,
} from '../store/index.ts';
import { getDefinition } from './definitions.ts';
import { toldPersons } from './notices.ts';
import { CASES, SAFETY, WATCH, WORK } from './permissions.ts';
import { findAccessions, findPersons } from './persons.ts';
import { checkedReason, checkedText } from './reason.ts';
import type { Watching } from './watch.ts';

const MOST_ALARMS = 500;

/** Alarms, those that changed last first. */
export async function listAlarms(ctx: Context, query: AlarmQuery): Promise<{ alarms: Alarm[] }> {
  ctx.require(WATCH);
  const ofSafety = holds(ctx.actor, SAFETY);
  if (query.kind === 'safety' && !ofSafety) return { alarms: [] };
  const seen = ofSafety ? query : { ...query, kind: 'outbreak' as const };
  const alarms = await findAlarms(ctx.db, { ...seen, limit: MOST_ALARMS });
  await recordRead(ctx, { act: 'signals.alarms-listed' });
  return { alarms };
}

/** An alarm with all that was done about it. */
export async function readAlarm(ctx: Context, id: string): Promise<AlarmPage> {
  ctx.require(WATCH);
  const alarm = await getAlarm(ctx.db, id);
  if (alarm.kind === 'safety' && !holds(ctx.actor, SAFETY))
    throw new Problem('not-found', 'there is no such alarm', { id });
  await recordRead(ctx, { act: 'signals.alarm-read', subject: id });
  return {
    alarm,
    events: await findEvents(ctx.db, id),
    notices: await findNotices(ctx.db, id),
    moves: MOVES[alarm.state],
  };
}

/** Triage, verification, escalation, closing, opening again: by a person, with a reason. */
export async function decideAlarm(
  ctx: Context,
  id: string,
  { to, text, finding, persons = [], revision }: AlarmMove,
): Promise<AlarmPage> {
  ctx.require(WORK);
  const why = checkedReason(text);
  if (to === 'closed' && finding === undefined)
    throw new Problem('invalid', 'say what the alarm turned out to be: closing needs a finding');
  if (to === 'escalated' && persons.length === 0)
    throw new Problem('invalid', 'say who is told: an escalation names its persons');
  const { kind } = await getAlarm(ctx.db, id);
  const told = await toldPersons(ctx, kind, to === 'escalated' ? persons : []);
  await ctx.db.transaction(async (tx) => {
    const alarm = await holdAlarm(tx, id);
    if (alarm.revision !== revision)
      throw new Problem('conflict', 'the alarm has changed since you looked at it: read it again', {
        revision: alarm.revision,
      });
    if (!MOVES[alarm.state].includes(to))
      throw new Problem('conflict', 'an alarm cannot go there from its state', {
        from: alarm.state,
        to,
        may: MOVES[alarm.state],
      });
    await moveAlarm(ctx, tx, id, to);
    const detail = {
      from: alarm.state,
      to,
      ...(finding !== undefined && { finding }),
      ...(told.length > 0 && { told: told.map(({ name }) => name) }),
    };
    await insertEvent(ctx, tx, id, { kind: 'moved', text: why, detail });
    await record(ctx, tx, {
      act: `signals.alarm-${to === 'triage' && alarm.state === 'closed' ? 'reopened' : to}`,
      subject: id,
      detail: { ...detail, why },
    });
    await insertNotices(ctx, tx, { alarm: id, persons: told, text: why });
    await tell(tx, { type: 'signals.alarm-moved', subject: id, data: { from: alarm.state, to } });
  });
  return readAlarm(ctx, id);
}

/** Notes, contacts and exposures. */
export async function noteOnAlarm(
  ctx: Context,
  id: string,
  { kind, text, day, reach, reference }: AlarmNote,
): Promise<AlarmPage> {
  ctx.require(WORK);
  const said = checkedText(text, 1);
  if (day !== undefined && (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))))
    throw new Problem('invalid', 'the day of a contact or exposure is a date', { day });
  const detail = {
    ...(day !== undefined && { day }),
    ...(reach !== undefined && reach !== '' && { reach: checkedText(reach, 1) }),
    ...(reference !== undefined && { reference: checkedText(reference, 1) }),
  };
  await ctx.db.transaction(async (tx) => {
    await holdAlarm(tx, id);
    await insertEvent(ctx, tx, id, { kind, text: said, detail });
    const patients = reference === undefined ? [] : [reference];
    await record(ctx, tx, { act: `signals.alarm-${kind}-written`, subject: id, patients, detail: { kind } });
  });
  return readAlarm(ctx, id);
}

/** A case that belongs to the alarm after all, or does not. */
export async function linkCase(
  ctx: Context,
  id: string,
  { patient, linked }: { patient: string; linked: boolean },
): Promise<AlarmPage> {
  ctx.require(WORK);
  ctx.require(CASES);
  await ctx.db.transaction(async (tx) => {
    await holdAlarm(tx, id);
    const now = linkedOf(await findEvents(tx, id)).has(patient);
    if (now === linked) return;
    await insertEvent(ctx, tx, id, { kind: linked ? 'linked' : 'unlinked', text: '', detail: { reference: patient } });
    await record(ctx, tx, { act: `signals.case-${linked ? 'linked' : 'unlinked'}`, subject: id, patients: [patient] });
  });
  return readAlarm(ctx, id);
}

function linkedOf(events: AlarmPage['events']): Set<string> {
  const linked = new Set<string>();
  for (const { kind, detail } of events) {
    if (detail.reference === undefined) continue;
    if (kind === 'linked') linked.add(detail.reference);
    if (kind === 'unlinked') linked.delete(detail.reference);
  }
  return linked;
}

const MOST_CASES = 1_000;
const MOST_RESULTS = 5_000;

/** Who the cases of an outbreak alarm are. Each person on it learns who looked. */
export async function listAlarmCases(
  ctx: Context,
  { lake, signal }: Watching,
  id: string,
): Promise<{ cases: LineListRow[]; more: boolean }> {
  ctx.require(CASES);
  const { alarm, events } = await readAlarm(ctx, id);
  const { disease, place } = alarm.subject as { disease?: string; place?: string };
  if (alarm.kind !== 'outbreak' || disease === undefined || place === undefined)
    throw new Problem('conflict', 'only an outbreak has a line list of results');
  const definition = await getDefinition(ctx.db, disease);
  const period = { since: daysAfter(alarm.first, -definition.incubationDays[1]), until: dayOf(ctx.now()) };
  const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
  const found = await listCases(ctx, lake, definition, { period, place, limit: MOST_CASES + 1 }, options);
  const behind = await listCaseResults(ctx, lake, definition, { period, place, limit: MOST_RESULTS }, options);
  const results = Map.groupBy(behind, ({ patient }) => patient);
  const accessions = await findAccessions(
    ctx,
    behind.map(({ specimen }) => specimen),
  );
  const shown = found.slice(0, MOST_CASES);
  const persons = await findPersons(
    ctx,
    shown.map(({ patient }) => patient),
  );
  await recordRead(ctx, { act: 'signals.line-list-read', subject: id, patients: shown.map(({ patient }) => patient) });
  const linked = linkedOf(events);
  const cases = shown.map((row) => ({
    ...row,
    ...(persons.get(row.patient) ?? { name: '', phone: '' }),
    linked: linked.has(row.patient),
    ...resultsOf(row.day, results.get(row.patient) ?? [], { episodeDays: definition.episodeDays, accessions }),
  }));
  return { cases, more: found.length > MOST_CASES };
}

/** The results of a person that belong to the case which began on this day. */
function resultsOf(
  first: string,
  rows: Awaited<ReturnType<typeof listCaseResults>>,
  { episodeDays, accessions }: { episodeDays: number; accessions: ReadonlyMap<string, string> },
): Pick<LineListRow, 'results' | 'types'> {
  const own = rows.filter(({ day }) => day >= first && day < daysAfter(first, episodeDays));
  return {
    results: own.map(({ result, code, day, specimen, order }): CaseResult => {
      const accession = accessions.get(specimen);
      return { id: result, code, day, ...(accession !== undefined && { accession }), ...(order !== '' && { order }) };
    }),
    types: [...new Set(own.flatMap(({ type }) => (type === '' ? [] : [type])))],
  };
}
