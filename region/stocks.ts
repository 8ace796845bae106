import facts from '../facts/stock-items.json' with { type: 'json' };
import { random } from './random.ts';
import { dayAfter } from './time.ts';
import type { World } from './world.ts';

/** A line of a count, as the platform's stocks take it. */
interface CountLine {
  site: string;
  name: string;
  district: string;
  item: string;
  lot: string;
  expires: string;
  day: string;
  quantity: number;
}

export interface Movement {
  kind: 'issued' | 'ordered' | 'received' | 'wasted';
  site: string;
  item: string;
  lot?: string;
  expires?: string;
  due?: string;
  day: string;
  quantity: number;
  /** Names the movement for ever, and says that it is made up. */
  note: string;
}

const STORES = [
  { site: 'demo-guangzhou', name: 'Guangzhou store (example)', district: '440106', share: 1 },
  { site: 'demo-foshan', name: 'Foshan store (example)', district: '440604', share: 0.5 },
  { site: 'demo-dongguan', name: 'Dongguan store (example)', district: '441900', share: 0.55 },
  { site: 'demo-zhuhai', name: 'Zhuhai store (example)', district: '440402', share: 0.3 },
] as const;

/** Used up in a week by the largest store; invented. */
const A_WEEK: Readonly<Record<string, number>> = { medicine: 900, test: 600, vaccine: 250, protection: 5_000 };
/** Before today, counted; use is judged by the 28 days after. */
const COUNTED_DAYS = 29;
const WEEKS = 4;

/** What every store held four weeks ago: of each item two lots, the older one short-dated in one store of four. */
export function stockCounts(world: World, today: string): CountLine[][] {
  const day = dayAfter(today, -COUNTED_DAYS);
  return STORES.map((store) =>
    facts.items.flatMap(({ id, group }, nth) => {
      const draw = random(world.seed, 'stock', store.site, id);
      const weekly = weeklyOf(group, store.share);
      // The older lot lasts the four weeks since.
      const weeks = draw.pick([7, 8, 9, 13, 20, 30]);
      const early = draw.chance(0.25) ? draw.between(40, 70) : draw.between(200, 700);
      const line = (lot: string, days: number, share: number): CountLine => ({
        site: store.site,
        name: store.name,
        district: store.district,
        item: id,
        day,
        lot: `EX-${String(nth + 1).padStart(2, '0')}-${lot}`,
        expires: dayAfter(today, Math.round(days)),
        quantity: Math.round(weekly * weeks * share),
      });
      return [line('1', early, 0.75), line('2', early + 240, 0.25)];
    }),
  );
}

/** What was issued in the four weeks since, with an order on its way, something received and something spoilt in each store. */
export function stockMovements(world: World, today: string): Movement[] {
  const counted = stockCounts(world, today);
  return STORES.flatMap(({ site, share }, store) =>
    facts.items.flatMap(({ id, group }, nth) => {
      const draw = random(world.seed, 'stock-use', site, id);
      const lot = counted[store]!.find((line) => line.item === id)!;
      const make = (
        kind: Movement['kind'],
        back: number,
        quantity: number,
        more: Partial<Movement> = {},
      ): Movement => ({
        kind,
        site,
        item: id,
        lot: lot.lot,
        day: dayAfter(today, -back),
        quantity: Math.max(1, Math.round(quantity)),
        note: `example ${site} ${id} ${kind} ${back}`,
        ...more,
      });
      const weekly = weeklyOf(group, share);
      const issues = Array.from({ length: WEEKS }, (_, week) =>
        make('issued', 7 * (WEEKS - week) - 3, weekly * draw.between(0.7, 1.2)),
      );
      const { lot: _, ...order } = make('ordered', 3, weekly * 4, { due: dayAfter(today, 4 + (nth % 20)) });
      return [
        ...issues,
        ...(nth % 3 === store % 3 ? [order] : []),
        ...(nth % 6 === store ? [make('received', 6, weekly * 3, { expires: lot.expires })] : []),
        ...(nth % 9 === store ? [make('wasted', 9, weekly * 0.05)] : []),
      ];
    }),
  );
}

function weeklyOf(group: string, share: number): number {
  return Math.round((A_WEEK[group] ?? 100) * share);
}
