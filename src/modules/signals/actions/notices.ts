import { findHolders, findTenants, type Holder, record, recordRead } from '#kernel/access';
import { type Context, holds } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type AlarmKind, type AlarmNotice, type AlarmPerson, EVERYWHERE } from '../model.ts';
import { isWithin, levelOf, placeAt } from '../rules/index.ts';
import { acknowledge, findWaiting, getAlarm } from '../store/index.ts';
import { SAFETY, WATCH, WORK } from './permissions.ts';
import { readMany } from './persons.ts';

const MOST_HOLDERS = 500;
const MOST_TOLD = 20;

/** Who can be told of an alarm: whoever may see it, those of where it is first. */
export async function listPersons(ctx: Context, id: string): Promise<{ persons: AlarmPerson[] }> {
  ctx.require(WORK);
  const { kind, subject } = await getAlarm(ctx.db, id);
  const holders = await holdersFor(ctx, kind);
  const organizations = await organizationsOf(ctx, holders);
  const place = String(subject['place'] ?? EVERYWHERE);
  const persons = holders.map(({ organizations: own, ...holder }): AlarmPerson => {
    const known = own.map((each) => organizations.get(each) ?? { id: each, name: each, district: null });
    const isLocal = known.some(({ district }) => district !== null && isNear(district, place));
    return { ...holder, organizations: known, isLocal };
  });
  await recordRead(ctx, { act: 'signals.persons-listed', subject: id });
  return { persons: [...persons].sort((one, two) => Number(two.isLocal) - Number(one.isLocal)) };
}

function holdersFor(ctx: Context, kind: AlarmKind): Promise<Holder[]> {
  return findHolders(ctx.db, kind === 'safety' ? SAFETY : WATCH, MOST_HOLDERS);
}

/** An office of the city is one for each of its districts. */
function isNear(district: string, place: string): boolean {
  if (place === EVERYWHERE) return false;
  if (isWithin(district, place)) return true;
  return levelOf(place) === 'district' && district === placeAt('city', place);
}

type Place = AlarmPerson['organizations'][number];

async function organizationsOf(ctx: Context, holders: readonly Holder[]): Promise<Map<string, Place>> {
  const ids = [...new Set(holders.flatMap(({ organizations }) => organizations))];
  const read = (await readMany(ctx, 'Organization', ids)) as { id: string; address?: { postalCode?: string }[] }[];
  // The region's organizations carry the code of their district as postal code.
  const districts = new Map(read.map(({ id, address = [] }) => [id, address[0]?.postalCode ?? null]));
  const named = await findTenants(ctx.db, ids, ctx.language);
  return new Map(named.map(({ id, name }) => [id, { id, name, district: districts.get(id) ?? null }]));
}

/** The accounts of these ids. @throws Problem `invalid` where one of them cannot be told */
export async function toldPersons(ctx: Context, kind: AlarmKind, ids: readonly string[]): Promise<Holder[]> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return [];
  if (asked.length > MOST_TOLD)
    throw new Problem('invalid', 'an escalation tells so many persons at most', { most: MOST_TOLD });
  const holders = new Map((await holdersFor(ctx, kind)).map((holder) => [holder.id, holder]));
  return asked.map((id) => {
    const holder = holders.get(id);
    if (holder === undefined) throw new Problem('invalid', 'this person cannot see alarms', { id });
    return holder;
  });
}

/** What the actor was told and has not yet acknowledged. */
export async function listNotices(ctx: Context): Promise<{ notices: AlarmNotice[] }> {
  ctx.require(WATCH);
  const notices = await findWaiting(ctx.db, ctx.actor.id);
  const ofSafety = holds(ctx.actor, SAFETY);
  return { notices: notices.filter(({ kind }) => kind === 'outbreak' || ofSafety) };
}

/** The person has seen it; again changes nothing. */
export async function acknowledgeNotice(ctx: Context, id: string): Promise<{ notices: AlarmNotice[] }> {
  ctx.require(WATCH);
  await ctx.db.transaction(async (tx) => {
    const alarm = await acknowledge(ctx, tx, id);
    if (alarm !== undefined)
      await record(ctx, tx, { act: 'signals.notice-acknowledged', subject: alarm, detail: { id } });
  });
  return listNotices(ctx);
}
