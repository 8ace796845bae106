import type { Context, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';

/** Something that happened, in the past tense: `laboratory.result-recorded`. Facts of one subject are heard in their order. */
export interface Fact {
  type: string;
  subject: string;
  data?: unknown;
}

export interface DeliveredFact extends Fact {
  id: number;
  toldAt: Date;
  attempts: number;
}

export interface Hearer {
  /** Unique and stable: open deliveries are kept under it. */
  name: string;
  hears: readonly string[];
  /** Facts handed over at once at the most; 1 unless said. */
  batch?: number;
  /** Fewer lanes than the usual ones, where large batches are worth more than hearing at once. */
  lanes?: number;
  /**
   * `ctx.db` is the delivery's own transaction: what is written through it commits with the acknowledgement or not at all.
   * A Problem `invalid` or `unprocessable` goes to the dead letters at once; anything else is tried again.
   */
  hear(ctx: Context, facts: readonly DeliveredFact[]): Promise<void>;
}

export const LANES = 16;
export const CHANNEL = 'kernel_delivery';

/** What telling needs to know of a hearer, who may live in another program. */
export type Listener = Pick<Hearer, 'name' | 'hears' | 'lanes'>;

const hearersOf = new Map<string, Listener[]>();

/** Tells the outbox who hears what; main.ts calls it once, before anything is told. */
export function listensTo(hearers: readonly (Hearer | Listener)[]): void {
  hearersOf.clear();
  for (const hearer of hearers) {
    for (const type of hearer.hears) hearersOf.set(type, [...(hearersOf.get(type) ?? []), hearer]);
  }
}

/** Announces a fact, in the transaction that makes it one. */
export function tell(tx: Tx, fact: Fact): Promise<void> {
  return tellAll(tx, [fact]);
}

/** Announces facts of any number: one statement, in the transaction that makes them so. */
export async function tellAll(tx: Tx, facts: readonly Fact[]): Promise<void> {
  const deliveries = facts.flatMap((fact) => (hearersOf.get(fact.type) ?? []).map((hearer) => ({ hearer, ...fact })));
  if (deliveries.length === 0) return;
  await tx.run(sql`
    insert into kernel.delivery (hearer, lane, type, subject, data)
    select hearer, lane, type, subject, data::json
    from unnest(
      ${deliveries.map(({ hearer }) => hearer.name)}::text[],
      ${deliveries.map(({ hearer, subject }) => laneOf(subject, hearer.lanes))}::smallint[],
      ${deliveries.map((delivery) => delivery.type)}::text[],
      ${deliveries.map((delivery) => delivery.subject)}::text[],
      ${deliveries.map(({ data }) => (data === undefined ? null : JSON.stringify(data)))}::text[]
    ) with ordinality as told (hearer, lane, type, subject, data, place)
    order by place
  `);
  await tx.run(sql`select pg_notify(${CHANNEL}, '')`);
}

/** FNV-1a: the same lane for a subject in every process and version. */
export function laneOf(subject: string, lanes = LANES): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < subject.length; index += 1)
    hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}
