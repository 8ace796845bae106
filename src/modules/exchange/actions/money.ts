import { reachOf, record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import {
  type Books,
  OUTSIDE_PARTY,
  type Payment,
  type Revenue,
  type SandboxOutcome,
  type StatementLine,
  type TradeTerms,
  type Wallet,
} from '../model.ts';
import { MOST_FEN, noticesOf } from '../rules/index.ts';
import {
  changeTerms,
  checkBooks,
  dropNotice,
  findBalances,
  findDueNotices,
  findPayments,
  findRevenue,
  findStatement,
  getTerms,
  holdPayment,
  insertPayment,
  noteNotice,
  planNotices,
  post,
  settlePayment,
  sumRevenue,
} from '../store/index.ts';
import { partyIdOf, partyOf } from './parties.ts';

const MOST_LINES = 5_000;
const MOST_PAYMENTS = 200;

/** Whether the actor trades at all, on whatever side. @throws Problem `forbidden` */
function requireTrade(ctx: Context): void {
  if (!['exchange.buy', 'exchange.sell'].some((act) => reachOf(ctx.actor, act) !== undefined))
    ctx.require('exchange.buy');
}

export async function readWallet(ctx: Context): Promise<Wallet> {
  requireTrade(ctx);
  const party = await partyOf(ctx);
  return {
    party,
    balances: await findBalances(ctx.db, party.id),
    payments: await findPayments(ctx.db, party.id, MOST_PAYMENTS),
  };
}

export async function readStatement(
  ctx: Context,
  { since, until }: { since: Date; until: Date },
): Promise<StatementLine[]> {
  requireTrade(ctx);
  return findStatement(ctx.db, { party: partyIdOf(ctx.actor), since, until, limit: MOST_LINES });
}

export interface PaymentWish {
  fen: number;
  /** Chosen by whoever asks: asked for twice, it is one payment. */
  key: string;
  /** How the sandbox's provider is to behave. */
  outcome: SandboxOutcome;
}

/** Asks the provider for money from outside; it is there when the provider says so. */
export async function topUp(ctx: Context, wish: PaymentWish): Promise<Payment> {
  requireTrade(ctx);
  return askPayment(ctx, { ...wish, direction: 'in', purpose: 'available' });
}

/** Asks the provider to pay money out; until it says that it has, the money is frozen. */
export async function payOut(ctx: Context, wish: PaymentWish & { purpose: Payment['purpose'] }): Promise<Payment> {
  requireTrade(ctx);
  return askPayment(ctx, { ...wish, direction: 'out' });
}

async function askPayment(
  ctx: Context,
  { fen, key, outcome, direction, purpose }: PaymentWish & Pick<Payment, 'direction' | 'purpose'>,
): Promise<Payment> {
  if (!(Number.isSafeInteger(fen) && fen > 0 && fen <= MOST_FEN))
    throw new Problem('invalid', 'the amount is out of range', { most: MOST_FEN });
  const { id: party } = await partyOf(ctx);
  return ctx.db.transaction(async (tx) => {
    const { payment, isNew } = await insertPayment(ctx, tx, { id: ctx.newId(), key, party, direction, purpose, fen });
    if (!isNew) return payment;
    if (direction === 'out') {
      const lines = [
        { party, purpose, fen: -fen },
        { party, purpose: 'frozen', fen },
      ] as const;
      await mustPost(ctx, tx, {
        key: `payment/${payment.id}/asked`,
        kind: 'pay-out-asked',
        subject: payment.id,
        lines,
      });
    }
    await planNotices(tx, noticesOf(payment.id, outcome, ctx.now()));
    await record(ctx, tx, {
      act: 'exchange.payment-asked',
      subject: `payment/${payment.id}`,
      detail: { direction, fen, party },
    });
    return payment;
  });
}

/** As `post`. @throws Problem `conflict` where an account would be overdrawn */
export async function mustPost(ctx: Context, tx: Tx, entry: Parameters<typeof post>[2]): Promise<boolean> {
  const posted = await post(ctx, tx, entry);
  if (posted === 'short')
    throw new Problem('conflict', 'there is not enough money in the account', { kind: entry.kind });
  return posted === 'posted';
}

export interface Notice {
  /** The provider's own: told twice, it is heard once. */
  id: string;
  payment: string;
  outcome: 'succeeded' | 'failed';
}

/** Hears what the provider tells of a payment, in whatever order and however often. @returns whether it changed anything */
export async function hearNotice(ctx: Context, { id, payment: paymentId, outcome }: Notice): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const payment = await holdPayment(tx, paymentId);
    if (payment === undefined) throw new Problem('not-found', 'there is no such payment', { payment: paymentId });
    const taken = payment.state === 'waiting';
    const isNew = await noteNotice(tx, { id, payment: payment.id, outcome, taken, now: ctx.now() });
    if (!isNew || !taken) return false;
    await bookPayment(ctx, tx, payment, outcome);
    const state = outcome === 'succeeded' ? 'done' : 'failed';
    await settlePayment(tx, { id: payment.id, state, words: outcome, now: ctx.now() });
    await record(ctx, tx, {
      act: `exchange.payment-${state}`,
      subject: `payment/${payment.id}`,
      detail: { direction: payment.direction, fen: payment.fen, party: payment.party, notice: id },
    });
    return true;
  });
}

async function bookPayment(
  ctx: Context,
  tx: Tx,
  { id, party, direction, purpose, fen }: Payment,
  outcome: Notice['outcome'],
): Promise<void> {
  const outside = { party: OUTSIDE_PARTY, purpose: 'outside' } as const;
  const own = { party, purpose } as const;
  const frozen = { party, purpose: 'frozen' } as const;
  const book = (
    kind: 'top-up' | 'pay-out' | 'pay-out-failed',
    from: Pick<typeof own | typeof outside | typeof frozen, 'party' | 'purpose'>,
    to: typeof from,
  ) =>
    mustPost(ctx, tx, {
      key: `payment/${id}/${kind}`,
      kind,
      subject: id,
      lines: [
        { ...from, fen: -fen },
        { ...to, fen },
      ],
    });
  if (direction === 'in') {
    if (outcome === 'succeeded') await book('top-up', outside, own);
  } else if (outcome === 'succeeded') await book('pay-out', frozen, outside);
  else await book('pay-out-failed', frozen, own);
}

const MOST_NOTICES = 200;

/** Lets the sandbox's provider tell what is due. */
export async function hearDueNotices(ctx: Context): Promise<void> {
  for (const notice of await findDueNotices(ctx.db, ctx.now(), MOST_NOTICES)) {
    await ctx.db.transaction(async (tx) => {
      const { id, payment, outcome } = notice;
      await hearNotice(onDb(ctx, tx), { id, payment, outcome });
      await dropNotice(tx, notice);
    });
  }
}

export async function listPayments(ctx: Context): Promise<{ payments: Payment[]; books: Books; terms: TradeTerms }> {
  ctx.require('exchange.operate');
  return {
    payments: await findPayments(ctx.db, undefined, MOST_PAYMENTS),
    books: await checkBooks(ctx.db),
    terms: await getTerms(ctx.db),
  };
}

/** What holds for contracts from now on. */
export async function setTerms(ctx: Context, terms: TradeTerms): Promise<TradeTerms> {
  ctx.require('exchange.operate');
  const { feeBasisPoints, acceptanceDays, fundingDays } = terms;
  const fits = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (!(fits(feeBasisPoints, 0, 5_000) && fits(acceptanceDays, 1, 90) && fits(fundingDays, 1, 365)))
    throw new Problem('invalid', 'a fee of at most 50 %, 1 to 90 days to accept and 1 to 365 to fund are possible');
  await ctx.db.transaction(async (tx) => {
    if (!(await changeTerms(tx, terms)))
      throw new Problem('conflict', 'the terms have changed since you looked at them: read them again');
    await record(ctx, tx, {
      act: 'exchange.terms-set',
      subject: 'exchange/terms',
      detail: { feeBasisPoints, acceptanceDays, fundingDays },
    });
  });
  return getTerms(ctx.db);
}

/** What was earned since then: by the actor's party, or by all for the operator. */
export async function readRevenue(ctx: Context, { since, all }: { since: Date; all: boolean }): Promise<Revenue> {
  if (all) ctx.require('exchange.operate');
  else if (reachOf(ctx.actor, 'exchange.sell') === undefined) ctx.require('exchange.sell');
  const party = all ? undefined : partyIdOf(ctx.actor);
  return { cells: await findRevenue(ctx.db, party, since), ...(await sumRevenue(ctx.db, party, since)) };
}
