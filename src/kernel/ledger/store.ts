import type { Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Tile } from '#standards/merkle';

export interface Identity {
  origin: string;
  /** The public key, as C2SP signed-note writes it. */
  verifier: string;
}

export interface SignedCheckpoint {
  size: number;
  note: string;
}

export function findIdentity(db: Db): Promise<Identity | undefined> {
  return db.maybe<Identity>(sql`select origin, verifier from ledger.identity`);
}

/** Keeps the identity unless there is one. */
export async function insertIdentity(tx: Tx, { origin, verifier }: Identity, at: Date): Promise<void> {
  await tx.run(sql`
    insert into ledger.identity (origin, verifier, made_at) values (${origin}, ${verifier}, ${at})
    on conflict (only_row) do nothing
  `);
}

/** True when this transaction, and no other, seals until its end. */
export async function takeSeal(tx: Tx): Promise<boolean> {
  const { free } = await tx.one<{ free: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended('ledger seal', 0)) as free`,
  );
  return free;
}

/**
 * Moves the oldest committed leaves into the log, from index `size` on, and returns their hashes in order.
 * A leaf that commits late finds its place in the next batch; a rolled back one was never there.
 */
export async function placeLeaves(tx: Tx, size: number, most: number): Promise<Uint8Array[]> {
  const rows = await tx.rows<{ hash: Uint8Array }>(sql`
    with taken as (
      delete from ledger.pending
      where seq in (select seq from ledger.pending order by seq limit ${most})
      returning seq, id, body
    ), placed as (
      insert into ledger.leaf (part, index, id, body)
      select place / 256, place, id, body
      from (select ${size}::bigint + row_number() over (order by seq) - 1 as place, id, body from taken) as numbered
      returning index, body
    )
    select sha256('\\x00'::bytea || body) as hash from placed order by index
  `);
  return rows.map((row) => row.hash);
}

export function findCheckpoint(db: Db): Promise<SignedCheckpoint | undefined> {
  return db.maybe<SignedCheckpoint>(sql`select size, note from ledger.checkpoint order by size desc limit 1`);
}

/** By size; `after` is the size of the last one already seen, -1 from the beginning. */
export function findCheckpoints(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<SignedCheckpoint[]> {
  return db.rows<SignedCheckpoint>(sql`
    select size, note from ledger.checkpoint where size > ${after} order by size limit ${limit}
  `);
}

export async function insertCheckpoint(tx: Tx, { size, note }: SignedCheckpoint, at: Date): Promise<void> {
  await tx.run(sql`insert into ledger.checkpoint (size, note, signed_at) values (${size}, ${note}, ${at})`);
}

/** A tile only ever grows. */
export async function writeTiles(tx: Tx, tiles: readonly Tile[]): Promise<void> {
  const levels = tiles.map((tile) => tile.level);
  const indexes = tiles.map((tile) => tile.index);
  const hashes = tiles.map((tile) => Buffer.from(tile.hashes));
  await tx.run(sql`
    insert into ledger.tile as tile (level, index, hashes)
    select * from unnest(${levels}::smallint[], ${indexes}::bigint[], ${hashes}::bytea[])
    on conflict (level, index) do update set hashes = excluded.hashes
    where length(excluded.hashes) > length(tile.hashes)
  `);
}

export function findTiles(db: Db, places: readonly { level: number; index: number }[]): Promise<Tile[]> {
  return db.rows<Tile>(sql`
    select level, index, hashes from ledger.tile
    join unnest(${places.map((place) => place.level)}::smallint[], ${places.map((place) => place.index)}::bigint[])
      as wanted (level, index) using (level, index)
    order by level, index
  `);
}

/** The first `width` entries of a bundle, in order; fewer when the log is shorter. */
export async function findBundle(db: Db, index: number, width: number): Promise<Uint8Array[]> {
  const rows = await db.rows<{ body: Uint8Array }>(sql`
    select body from ledger.leaf where part = ${index} order by index limit ${width}
  `);
  return rows.map((row) => row.body);
}

export interface PlacedLeaf {
  index: number;
  body: Uint8Array;
}

export function findLeaf(db: Db, id: string): Promise<PlacedLeaf | undefined> {
  return db.maybe<PlacedLeaf>(sql`select index, body from ledger.leaf where id = ${id} order by index limit 1`);
}

export async function isPending(db: Db, id: string): Promise<boolean> {
  return (await db.maybe(sql`select 1 from ledger.pending where id = ${id} limit 1`)) !== undefined;
}

/** The acts as the log has them, sealed or still waiting, by id; an id that the log does not know is left out. */
export async function findActs(db: Db, ids: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
  const rows = await db.rows<{ id: string; body: string }>(sql`
    select id::text, convert_from(body, 'UTF8') as body from ledger.leaf where id = any(${ids}::uuid[])
    union all
    select id::text, convert_from(body, 'UTF8') from ledger.pending where id = any(${ids}::uuid[])
  `);
  return new Map(rows.map(({ id, body }) => [id, JSON.parse(body)]));
}
