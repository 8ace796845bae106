import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { append } from '#kernel/ledger';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { LIST_LENGTH } from '#standards/credentials';
import type { CertificateRequest, CertificateState } from '../model.ts';
import { coreOf, digestOfCore, requireMove } from '../rules/certificates.ts';
import { currentList, holdCertificate, insertCertificate, moveCertificate } from '../store/certificates.ts';

const LONGEST_REASON = 2_000;
/** At half a list's length one more try in four hundred goes to the next list: lists fill without anybody counting. */
const TRIES = 8;

/**
 * Certifies, in the transaction of the act that is certified: what it says is fixed with its leaf in the ledger at once; the signed
 * credential follows seconds later, when the leaf is sealed. Its caller has made sure that the actor may do the act.
 *
 * @throws Problem `invalid`
 */
export async function issueCertificate(ctx: Context, tx: Tx, request: CertificateRequest): Promise<{ id: string }> {
  const id = ctx.newId();
  const core = coreOf(id, ctx.now(), request);
  const leaf = ctx.newId();
  const { kind, subject, holder } = request;
  const row = { id, kind, subject: subject.id, holder: holder.id, core, issuedAt: ctx.now(), leaf };
  await placeCertificate(ctx, tx, row);
  const digest = digestOfCore(core);
  await append(tx, { id: leaf, act: 'exchange.certificate-issued', at: ctx.now(), body: { digest } });
  await record(ctx, tx, {
    act: 'exchange.certificate-issued',
    subject: `certificate/${id}`,
    detail: { kind, of: subject.id, holder: holder.id, digest, leaf },
  });
  await tell(tx, { type: 'exchange.certificate-issued', subject: id, data: { kind, of: subject.id } });
  return { id };
}

/** Places in a list are taken at random, so that neighbours say nothing of each other. */
async function placeCertificate(
  ctx: Context,
  tx: Tx,
  row: Omit<Parameters<typeof insertCertificate>[1], 'list' | 'place'>,
): Promise<void> {
  const list = await currentList(tx);
  for (let attempt = 0; attempt < 2 * TRIES; attempt += 1) {
    const place = Number.parseInt(ctx.newId().slice(-8), 16) % LIST_LENGTH;
    if (await insertCertificate(tx, { ...row, list: attempt < TRIES ? list : list + 1, place })) return;
  }
  throw new Problem('conflict', 'no place for the certificate was found: try again');
}

/**
 * Takes a certificate back for ever, in the transaction of the act that is the reason.
 *
 * @throws Problem `not-found`, `conflict` when it is revoked already, `invalid` without a reason
 */
export function revokeCertificate(ctx: Context, tx: Tx, id: string, reason: string): Promise<void> {
  return changeCertificate(ctx, tx, id, { state: 'revoked', reason });
}

/** Revokes, suspends or reinstates; audited, in the ledger, and in the status lists seconds later. */
export async function changeCertificate(
  ctx: Context,
  tx: Tx,
  id: string,
  { state, reason }: { state: CertificateState; reason: string },
): Promise<void> {
  const why = reason.trim();
  if (why === '' || why.length > LONGEST_REASON) throw new Problem('invalid', 'say why, in 2,000 characters at most');
  const found = await holdCertificate(tx, id);
  requireMove(found.state, state);
  await moveCertificate(ctx, tx, found, { state, reason: why });
  const act = `exchange.certificate-${state === 'in-force' ? 'reinstated' : state}`;
  await append(tx, { act, at: ctx.now(), body: { digest: digestOfCore(found.core) } });
  await record(ctx, tx, { act, subject: `certificate/${id}`, detail: { reason: why } });
  await tell(tx, { type: act, subject: id, data: {} });
}
