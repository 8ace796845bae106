import type { Context, Db } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { ask } from '../analytics/index.ts';
import type { Candidate, Order } from '../model.ts';
import { findReleased, getVersion } from '../store/index.ts';
import { contextAs } from './moves.ts';

type Contracted = Pick<Order, 'offering' | 'version'>;

/** The newest content of the contracted version that has passed the gate. @throws Problem `conflict` where there is none */
export async function releaseFor(db: Db, { offering, version }: Contracted): Promise<string> {
  const released = await findReleased(db, offering, version);
  if (released?.releaseId == null)
    throw new Problem('conflict', 'nothing of this offering has passed the release gate', { offering, version });
  return released.releaseId;
}

/** @throws Problem `conflict` while the contracted version is suspended */
export async function requireNotSuspended(db: Db, { offering, version }: Contracted): Promise<void> {
  const { state } = await getVersion(db, offering, version);
  if (state === 'suspended') throw new Problem('conflict', 'the offering is suspended', { offering, version });
}

/** The rows behind a contract as the lake gives them now to the offering's holder: for the gate only. */
export async function contentFor(ctx: Context, lake: Lake, { offering, version }: Contracted): Promise<Candidate> {
  const { asksAs, definition } = await getVersion(ctx.db, offering, version);
  const { candidate, more } = await ask(await contextAs(ctx, asksAs), lake, definition);
  if (more) throw new Problem('too-costly', 'the offering has too many rows: group them, or take a shorter time');
  return candidate;
}
