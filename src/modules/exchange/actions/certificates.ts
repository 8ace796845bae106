import { record } from '#kernel/access';
import { type Context, type Db, holds, type Tx } from '#kernel/context';
import { append } from '#kernel/ledger';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  composeBundle,
  controllerDocument,
  didOfUrl,
  digestOfCore,
  ISSUED_ACT,
  LIST_LENGTH,
} from '#standards/credentials';
import type { CertificateEvent, CertificateLine, CertificateRequest, CertificateState } from '../model.ts';
import { coreOf, requireMove } from '../rules/certificates.ts';
import {
  currentList,
  findCertificate,
  findCertificateEvents,
  findCertificates,
  findIssuers,
  findList,
  holdCertificate,
  insertCertificate,
  moveCertificate,
} from '../store/certificates.ts';
import { partyIdOf } from './parties.ts';

const CHANGE = 'exchange.certificate.change';
const MOST_LISTED = 500;
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
  await append(tx, { id: leaf, act: ISSUED_ACT, at: ctx.now(), body: { digest } });
  await record(ctx, tx, {
    act: ISSUED_ACT,
    subject: `certificate/${id}`,
    detail: { kind, of: subject.id, holder: holder.id, digest, leaf },
  });
  await tell(tx, { type: ISSUED_ACT, subject: id, data: { kind, of: subject.id } });
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

/** The signed credential, for everybody who knows its id: nothing else is told. */
export async function readCertificate({ db }: Pick<Context, 'db'>, id: string): Promise<object> {
  const { credential } = await getCertificate(db, id);
  return credential;
}

/** The certificate and its two lists in one file, which can be checked with no network. */
export async function readBundle({ db }: Pick<Context, 'db'>, id: string): Promise<object> {
  const { credential, list } = await getCertificate(db, id);
  const lists = await Promise.all(PURPOSES.map((purpose) => readStatusList({ db }, list, purpose)));
  return composeBundle(credential, lists);
}

async function getCertificate(db: Db, id: string): Promise<{ credential: object; list: number }> {
  const found = await findCertificate(db, id);
  if (found === undefined) throw new Problem('not-found', 'there is no such certificate');
  const { credential, list } = found;
  if (credential === null) throw new Problem('unavailable', 'the certificate is being signed: try again in a moment');
  return { credential, list };
}

const PURPOSES = ['revocation', 'suspension'] as const;

export async function readStatusList({ db }: Pick<Context, 'db'>, list: number, purpose: string): Promise<object> {
  const found = await findList(db, list, purpose);
  if (found === undefined) throw new Problem('not-found', 'there is no such list');
  if (found.credential === null) throw new Problem('unavailable', 'the list is being signed: try again in a moment');
  return found.credential;
}

/** Who signs here, as did:web tells it. */
export async function readController({ db }: Pick<Context, 'db'>, publicUrl: string): Promise<object> {
  const multikeys = await findIssuers(db);
  if (multikeys.length === 0) throw new Problem('unavailable', 'no certificate was signed yet');
  return controllerDocument(didOfUrl(publicUrl), multikeys);
}

/** Certificates that the actor's party holds; those of all for who may change them. */
export async function listCertificates(ctx: Context): Promise<{ certificates: CertificateLine[]; mayChange: boolean }> {
  const mayChange = holds(ctx.actor, CHANGE);
  const certificates = await findCertificates(ctx.db, {
    ...(!mayChange && { holder: partyIdOf(ctx.actor) }),
    limit: MOST_LISTED,
  });
  return { certificates, mayChange };
}

/** What became of it since it was issued, for its holder and who may change it. */
export async function listCertificateEvents(ctx: Context, id: string): Promise<{ events: CertificateEvent[] }> {
  const found = await findCertificate(ctx.db, id);
  const concerned = found !== undefined && (found.holder === partyIdOf(ctx.actor) || holds(ctx.actor, CHANGE));
  if (!concerned) throw new Problem('not-found', 'there is no such certificate');
  return { events: await findCertificateEvents(ctx.db, id) };
}

/** By hand: revokes, suspends or reinstates. */
export async function decideCertificate(
  ctx: Context,
  id: string,
  decision: { state: CertificateState; reason: string },
): Promise<void> {
  ctx.require(CHANGE);
  await ctx.db.transaction((tx) => changeCertificate(ctx, tx, id, decision));
}
