import { record } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { EpcisEvent } from '#standards/epcis';
import { type Alarm, CONDITIONS, type Condition, type Thing } from '../model.ts';
import { boxName } from '../rules/index.ts';
import { findThings, findThingsByCode, lockAlarm, settleAlarm } from '../store/index.ts';
import { captureEvents } from './capture.ts';

/** What a courier states at a hand-over. Parties and places are global location numbers. */
export interface HandOverRequest {
  /** The box or specimen: its code as on the label, or its whole name. */
  thing: string;
  /** Who gives it; who holds it now, unless said. */
  from?: string;
  to: string;
  condition: Condition;
  /** Whether the receiver is its end of the way (receiving) or carries it on (accepting). */
  step: 'accepting' | 'receiving';
  place?: string;
  note?: string;
  /** When it happened, for a hand-over told later from a phone without network. */
  at?: Date;
  /** The same key is the same hand-over: a retry does nothing twice. */
  key: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const GLN = /^\d{13}$/;
const OLDEST_MS = 7 * 86_400_000;
const AHEAD_MS = 120_000;
const MOST_NOTE = 500;

/** Records that a thing went from one holder to the next: an EPCIS event, an audit row and a leaf of the ledger. */
export async function handOver(
  ctx: Context,
  request: HandOverRequest,
): Promise<{ event: string; repeated: boolean; thing: Thing }> {
  ctx.require('custody.hand-over');
  const at = request.at ?? ctx.now();
  checkRequest(request, at, ctx.now());
  const thing = await findByLabel(ctx, request.thing);
  const from = request.from ?? /\/417\/(\d{13})/.exec(thing.holder ?? '')?.[1];
  if (from === undefined) throw new Problem('invalid', 'nobody is known to hold this thing: say who gives it');
  const event: EpcisEvent = {
    type: 'ObjectEvent',
    eventID: `urn:uuid:${request.key.toLowerCase()}`,
    eventTime: at.toISOString(),
    eventTimeZoneOffset: '+08:00',
    action: 'OBSERVE',
    epcList: [thing.part],
    bizStep: request.step,
    disposition: request.condition,
    sourceList: [{ type: 'possessing_party', source: `https://id.gs1.org/417/${from}` }],
    destinationList: [{ type: 'possessing_party', destination: `https://id.gs1.org/417/${request.to}` }],
    ...(request.place !== undefined && { readPoint: { id: `https://id.gs1.org/414/${request.place}` } }),
    'banyan:statedBy': ctx.actor.id,
    ...(request.note !== undefined && { 'banyan:note': request.note }),
  };
  const context = [{ banyan: 'https://banyan.health/epcis/' }];
  return ctx.db.transaction(async (tx) => {
    const { duplicates, conflicts } = await captureEvents(ctx, tx, [{ event, place: '' }], {
      context,
      ignoredFields: [],
    });
    if (conflicts.length > 0) throw new Problem('conflict', 'this key belongs to another hand-over');
    const [after] = await findThings(tx, [thing.part]);
    return { event: event.eventID!, repeated: duplicates > 0, thing: after ?? thing };
  });
}

function checkRequest({ to, from, place, condition, step, note, key }: HandOverRequest, at: Date, now: Date): void {
  if (!UUID.test(key)) throw new Problem('invalid', 'the key of a hand-over is a UUID');
  for (const gln of [to, from, place]) {
    if (gln !== undefined && !GLN.test(gln))
      throw new Problem('invalid', 'a party or place is a global location number of 13 digits');
  }
  if (to === from) throw new Problem('invalid', 'a hand-over goes from one party to another');
  if (!CONDITIONS.includes(condition))
    throw new Problem('invalid', 'the condition is conformant, damaged or non_conformant');
  if (step !== 'accepting' && step !== 'receiving') throw new Problem('invalid', 'the step is accepting or receiving');
  if ((note ?? '').length > MOST_NOTE) throw new Problem('invalid', 'the note is too long', { most: MOST_NOTE });
  const behind = now.getTime() - at.getTime();
  if (!(behind >= -AHEAD_MS && behind <= OLDEST_MS))
    throw new Problem('invalid', 'a hand-over lies at most seven days back and not in the future');
}

/** A thing by its label; a thing that no event named yet is known by its whole name or as a box. */
export async function findByLabel(ctx: Context, text: string): Promise<Thing> {
  const label = text.trim();
  if (label === '' || label.length > 200) throw new Problem('invalid', 'a label is needed');
  const found = await findThings(ctx.db, [boxName(label)]);
  const things = found.length > 0 ? found : await findThingsByCode(ctx.db, label, 2);
  if (things.length > 1) throw new Problem('conflict', 'several things carry this label: scan the whole code');
  const [thing] = things;
  if (thing === undefined) throw new Problem('not-found', 'no event has named this thing yet');
  return thing;
}

/** An alarm was seen, or is closed with a reason; a closed one stays as it is. */
export async function settle(ctx: Context, id: string, { why }: { why?: string } = {}): Promise<Alarm> {
  ctx.require('custody.alarm.acknowledge');
  if (why !== undefined && (why.trim() === '' || why.length > MOST_NOTE))
    throw new Problem('invalid', 'closing an alarm needs a reason', { most: MOST_NOTE });
  return ctx.db.transaction(async (tx) => {
    const alarm = await lockAlarm(tx, id);
    if (alarm === undefined) throw new Problem('not-found', 'there is no such alarm');
    if (alarm.state === 'closed') throw new Problem('conflict', 'the alarm is closed already');
    if (why === undefined && alarm.state === 'acknowledged') return alarm;
    const now = ctx.now();
    const seen: Alarm = {
      ...alarm,
      acknowledgedBy: alarm.acknowledgedBy ?? ctx.actor.id,
      acknowledgedAt: alarm.acknowledgedAt ?? now,
    };
    const settled: Alarm =
      why === undefined
        ? { ...seen, state: 'acknowledged' }
        : { ...seen, state: 'closed', closedBy: ctx.actor.id, closedAt: now, closedWhy: why };
    await settleAlarm(tx, settled);
    await record(ctx, tx, {
      act: why === undefined ? 'custody.alarm-acknowledged' : 'custody.alarm-closed',
      subject: alarm.part,
      detail: { alarm: id, rule: alarm.rule, ...(why !== undefined && { why }) },
    });
    return settled;
  });
}
