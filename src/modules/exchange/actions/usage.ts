import type { Db } from '#kernel/context';
import type { Order, Usage } from '../model.ts';
import { periodsBegun } from '../rules/index.ts';
import { findMonths } from '../store/index.ts';

/** What the contract was used for so far; its subscription's periods as begun by then. */
export async function usageOf(db: Db, order: Order, at: Date): Promise<Usage> {
  const { calls, declared, fundedAt } = order;
  const periods = fundedAt === null ? 0 : periodsBegun(order, new Date(fundedAt), at);
  const callsByMonth = order.price.kind === 'per-call' ? await findMonths(db, order.id) : [calls];
  return { periods, calls, callsByMonth, declared };
}
