import { recordRead } from '#kernel/access';
import { type Context, holds } from '#kernel/context';
import { printPdf } from '#kernel/document';
import { Problem } from '#kernel/problem';
import { alarmDocument, cardDocument } from '../rules/index.ts';
import { getDefinition } from './definitions.ts';
import { listAlarmCases, readAlarm } from './desk.ts';
import { CASES } from './permissions.ts';
import { readCurve, readOutlook, type Watching } from './watch.ts';

/**
 * The report of an alarm as PDF: what raised it, its picture, who the cases are, what was done, by which methods.
 *
 * Paper goes where no permission follows: names, telephone numbers and what was noted about people are printed only when asked for, and only for
 * who may see the line list.
 */
export async function printAlarm(
  ctx: Context,
  watching: Watching,
  id: string,
  { isNamed }: { isNamed: boolean },
): Promise<Buffer> {
  if (isNamed) ctx.require(CASES);
  const { alarm, events } = await readAlarm(ctx, id);
  const { disease, place } = alarm.subject as { disease?: string; place?: string };
  const isOutbreak = alarm.kind === 'outbreak' && disease !== undefined && place !== undefined;
  const common = { alarm, events, by: ctx.actor.name, at: ctx.now(), language: ctx.language };
  await recordRead(ctx, { act: 'signals.alarm-printed', subject: id, detail: { names: isNamed } });
  if (!isOutbreak) return printPdf(alarmDocument(common));

  const unit = alarm.grounds.every(({ rule }) => rule['unit'] === 'week') ? 'week' : 'day';
  const question = { disease, place, unit } as const;
  const curve = await readCurve(ctx, watching, question);
  const { outlook } = await readOutlook(ctx, watching, question);
  const cases = holds(ctx.actor, CASES) ? await listAlarmCases(ctx, watching, id) : undefined;
  return printPdf(
    alarmDocument({
      ...common,
      definition: curve.definition,
      curve,
      ...(outlook !== undefined && { outlook }),
      ...(cases !== undefined && { cases: { rows: cases.cases, more: cases.more, isNamed } }),
    }),
  );
}

/** The report card of one case as PDF. @throws Problem `not-found` where the line list has no such case */
export async function printCard(
  ctx: Context,
  watching: Watching,
  id: string,
  { patient, day }: { patient: string; day: string },
): Promise<Buffer> {
  const { cases } = await listAlarmCases(ctx, watching, id);
  const row = cases.find((each) => each.patient === patient && each.day === day);
  if (row === undefined) throw new Problem('not-found', 'the line list has no such case', { day });
  const { alarm } = await readAlarm(ctx, id);
  const definition = await getDefinition(ctx.db, String(alarm.subject['disease']));
  await recordRead(ctx, { act: 'signals.card-printed', subject: id, patients: [patient], detail: { day } });
  return printPdf(cardDocument({ row, definition, language: ctx.language, at: ctx.now() }));
}
