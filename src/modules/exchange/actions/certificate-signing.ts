import type { Context } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { deriveSeed, proveInclusion } from '#kernel/ledger';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  composeCertificate,
  composeStatusList,
  didOfKey,
  encodeList,
  publicKeyOf,
  signDocument,
  sm2PublicKeyOf,
  withBothProofs,
  writeMultikey,
} from '#standards/credentials';
import { formatVerifier, type NoteSigner, writeTlogProof } from '#standards/merkle';
import {
  findPlaces,
  findStaleLists,
  findUnsigned,
  keepCredential,
  keepList,
  nameLists,
  noteIssuer,
  type StatusList,
} from '../store/certificates.ts';

/** Certificates and lists in one round at the most, so that others get the processor in between. */
const MOST_CERTIFICATES = 50;
const MOST_LISTS = 10;
const HOUR_MS = 3_600_000;
/** A list is signed anew after so long, and may be relied on for so long. */
const LIST_REST_MS = 12 * HOUR_MS;
const LIST_VALID_MS = 48 * HOUR_MS;
/** The purpose under which the issuer's key is derived; changing it changes the issuer. */
const PURPOSE = 'certificates 1';
const SM2_PURPOSE = 'certificates sm2 1';

export interface SigningParts {
  ledgerKey: NoteSigner;
  publicUrl(): string;
  /** Certificates are signed with SM2 too. */
  sm2?: boolean;
}

export function certificateJob(parts: SigningParts): Job {
  return {
    name: 'exchange.certificates',
    everySeconds: 1,
    run: (ctx) => signCertificates(ctx, parts),
  };
}

/** Signs what has its place in the ledger by now, and every list that says less than is known. */
export async function signCertificates(
  ctx: Context,
  { ledgerKey, publicUrl, sm2 = false }: SigningParts,
): Promise<void> {
  const seed = deriveSeed(ledgerKey, PURPOSE);
  const publicKey = publicKeyOf(seed);
  const sm2Seed = sm2 ? deriveSeed(ledgerKey, SM2_PURPOSE) : undefined;
  const signing = { seed, sm2Seed, issuer: didOfKey(publicKey), logKey: formatVerifier(ledgerKey) };
  if (sm2Seed !== undefined) await noteIssuer(ctx.db, writeMultikey(sm2PublicKeyOf(sm2Seed)), ctx.now());
  await noteIssuer(ctx.db, writeMultikey(publicKey), ctx.now());
  await nameLists(ctx.db, `${publicUrl()}/api/exchange/status-lists`);
  for (const certificate of await findUnsigned(ctx.db, MOST_CERTIFICATES)) await signOne(ctx, certificate, signing);
  const before = new Date(ctx.now().getTime() - LIST_REST_MS);
  for (const list of await findStaleLists(ctx.db, before, MOST_LISTS)) await signList(ctx, list, signing);
}

interface Signing {
  seed: Uint8Array;
  sm2Seed: Uint8Array | undefined;
  issuer: string;
  logKey: string;
}

async function signOne(
  ctx: Context,
  certificate: Awaited<ReturnType<typeof findUnsigned>>[number],
  { seed, sm2Seed, issuer, logKey }: Signing,
): Promise<void> {
  const { id, core, leaf, place, revocation, suspension } = certificate;
  const placed = await proveInclusion(ctx.db, leaf).catch((problem) => {
    // It waits for the sealer, and so do we.
    if (problem instanceof Problem && problem.kind === 'unavailable') return undefined;
    // A leaf that the ledger has lost stops its own certificate only.
    if (!(problem instanceof Problem)) throw problem;
    ctx.log.error({ certificate: id, error: problem }, 'a certificate has no place in the ledger');
    return undefined;
  });
  if (placed === undefined) return;
  const { index, proof, checkpoint, entry } = placed;
  const inclusion = writeTlogProof({ index: BigInt(index), proof, checkpoint });
  const unsigned = composeCertificate({
    core,
    issuer,
    status: { revocation, suspension, place },
    evidence: { type: 'LedgerEntry', logKey, entry, inclusion },
  });
  const created = ctx.now();
  const signed = await signDocument(unsigned, { seed, created });
  const credential =
    sm2Seed === undefined
      ? signed
      : withBothProofs(signed, await signDocument(unsigned, { seed: sm2Seed, created, suite: 'banyan-sm2-rdfc-2026' }));
  await keepCredential(ctx.db, id, credential, created);
  await tell(ctx.db, { type: 'exchange.certificate-signed', subject: id, data: {} });
}

async function signList(ctx: Context, list: StatusList, { seed, issuer }: Signing): Promise<void> {
  const now = ctx.now();
  const unsigned = composeStatusList({
    id: list.address,
    issuer,
    purpose: list.purpose,
    encodedList: await encodeList(await findPlaces(ctx.db, list)),
    validFrom: now,
    validUntil: new Date(now.getTime() + LIST_VALID_MS),
  });
  await keepList(ctx.db, list, await signDocument(unsigned, { seed, created: now }), now);
}
