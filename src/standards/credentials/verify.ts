import { hashLeaf, openCheckpoint, parseTlogProof, parseVerifier, verifyInclusion } from '#standards/merkle';
import { type CertificateParts, digestOfCore, ISSUED_ACT, openCertificate } from './certificate.ts';
import { findCredentialFaults, isDateTimeStamp, isObject } from './data-model.ts';
import { checkProof } from './integrity.ts';
import { decodeList, isSet } from './status-list.ts';

/** What is looked at, in this order. */
export const CHECKS = [
  'form',
  'signature',
  'sm2',
  'issuer',
  'dates',
  'entry',
  'inclusion',
  'log',
  'revocation',
  'suspension',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One thing that was looked at. `open`: nothing was found against it, and nothing for it either. */
export interface Check {
  name: CheckName;
  outcome: 'passed' | 'failed' | 'open';
  /** What was found, as a word; `facts` go with it. */
  found: string;
  facts: Readonly<Record<string, string | number>>;
}

export interface Verdict {
  /** `valid` when every check passed, `refused` when one failed, else `open`. */
  outcome: 'valid' | 'refused' | 'open';
  checks: Check[];
  parts: CertificateParts | undefined;
}

export interface Trust {
  now: Date;
  /** DIDs of issuers that one believes. Without any, whose certificate it is stays open. */
  issuers?: readonly string[];
  /** Keys of logs that one believes, as C2SP signed-note writes them. */
  logKeys?: readonly string[];
  /** Signed status lists, of any issuer: the fitting ones are taken. */
  lists: readonly unknown[];
}

/** Everything that can be known of a certificate without asking anybody. */
export async function verifyCertificate(document: unknown, trust: Trust): Promise<Verdict> {
  const parts = openCertificate(document);
  const [fault] = findCredentialFaults(document);
  if (parts === undefined || fault !== undefined) {
    const facts = { path: fault?.path ?? '', message: fault?.message ?? 'is not a certificate of this form' };
    return { outcome: 'refused', checks: [failed('form', 'unsound', facts)], parts: undefined };
  }
  const checks = [
    passed('form', 'sound'),
    await checkSignature(document as Record<string, unknown>, parts, trust.now),
    ...(await checkSm2(document as Record<string, unknown>, parts, trust)),
    checkTrusted('issuer', parts.issuer, trust.issuers),
    checkDates(parts.core, trust.now),
    ...checkLedger(parts, trust.logKeys),
    await checkStatus(parts, 'revocation', trust),
    await checkStatus(parts, 'suspension', trust),
  ];
  const outcomes = checks.map(({ outcome }) => outcome);
  const outcome = outcomes.includes('failed') ? 'refused' : outcomes.includes('open') ? 'open' : 'valid';
  return { outcome, checks, parts };
}

type Opened = NonNullable<ReturnType<typeof openCertificate>>;

async function checkSignature(
  document: Record<string, unknown>,
  { issuer, proofs: [proof] }: Opened,
  now: Date,
): Promise<Check> {
  const verdict = await checkProof({ ...document, proof }, now);
  if (!verdict.ok) return failed('signature', verdict.reason);
  if (verdict.controller !== issuer) return failed('signature', 'not-the-issuer', { by: verdict.controller });
  return passed('signature', 'signed', { by: issuer, at: verdict.created?.toISOString() ?? '' });
}

/** The second signature, where there is one. Its key is another one than the issuer's: whose it is, the platform publishes. */
async function checkSm2(
  document: Record<string, unknown>,
  { proofs: [, proof] }: Opened,
  { issuers = [], now }: Trust,
): Promise<Check[]> {
  if (proof === undefined) return [];
  const verdict = await checkProof({ ...document, proof }, now);
  if (!verdict.ok) return [failed('sm2', verdict.reason)];
  const facts = { by: verdict.controller, at: verdict.created?.toISOString() ?? '' };
  return [issuers.includes(verdict.controller) ? passed('sm2', 'signed', facts) : open('sm2', 'nobody-named', facts)];
}

function checkTrusted(name: 'issuer' | 'log', found: string, known: readonly string[] | undefined): Check {
  if (known === undefined) return open(name, 'nobody-named', { is: found });
  return known.includes(found) ? passed(name, 'known', { is: found }) : failed(name, 'other', { is: found });
}

function checkDates({ validFrom, validUntil }: CertificateParts['core'], now: Date): Check {
  const facts = { from: validFrom, until: validUntil ?? '' };
  if (Date.parse(validFrom) > now.getTime()) return failed('dates', 'not-yet', facts);
  if (validUntil !== undefined && Date.parse(validUntil) < now.getTime()) return failed('dates', 'over', facts);
  return passed('dates', 'within', facts);
}

/** That the log has an entry with the digest of what is certified, under a checkpoint that it signed. */
function checkLedger({ core, evidence }: CertificateParts, logKeys: readonly string[] | undefined): Check[] {
  const { entry, inclusion, logKey } = evidence;
  const told = parseEntry(entry);
  const checks = [
    told?.act === ISSUED_ACT && told.digest === digestOfCore(core)
      ? passed('entry', 'same-content', { at: told.at })
      : failed('entry', 'other-content'),
  ];
  try {
    const { index, proof, checkpoint } = parseTlogProof(inclusion);
    const { origin, size, root } = openCheckpoint(checkpoint, [parseVerifier(logKey)]);
    const leafHash = hashLeaf(new TextEncoder().encode(entry));
    const facts = { index: Number(index), size: Number(size), origin };
    checks.push(
      verifyInclusion({ index, size, leafHash, proof, root })
        ? passed('inclusion', 'included', facts)
        : failed('inclusion', 'not-included', facts),
    );
  } catch {
    // A proof, key or checkpoint that cannot be read proves nothing.
    checks.push(failed('inclusion', 'malformed'));
  }
  return [...checks, checkTrusted('log', logKey, logKeys)];
}

function parseEntry(text: string): { act: unknown; digest: unknown; at: string } | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isObject(entry) ? { act: entry['act'], digest: entry['digest'], at: String(entry['at']) } : undefined;
  } catch {
    return undefined;
  }
}

type Purpose = 'revocation' | 'suspension';

/** By the newest list that its issuer signed for this purpose. */
async function checkStatus({ issuer, status }: CertificateParts, purpose: Purpose, trust: Trust): Promise<Check> {
  const address = status[purpose];
  const fitting = trust.lists
    .filter(isObject)
    .filter(({ id }) => id === address)
    .toSorted((one, two) => Date.parse(String(two['validFrom'])) - Date.parse(String(one['validFrom'])));
  const [list] = fitting;
  if (list === undefined) return open(purpose, 'no-list', { list: address });
  const facts = { list: address, asOf: String(list['validFrom']) };
  const flaw = await flawOfList(list, { issuer, purpose, now: trust.now });
  if (flaw === 'old') return open(purpose, 'old-list', { ...facts, until: String(list['validUntil']) });
  if (flaw !== undefined) return failed(purpose, 'bad-list', { ...facts, flaw });
  try {
    const { encodedList } = list['credentialSubject'] as { encodedList: string };
    const set = isSet(await decodeList(encodedList), status.place);
    if (!set) return passed(purpose, 'clear', facts);
    return failed(purpose, purpose === 'revocation' ? 'revoked' : 'suspended', facts);
  } catch {
    return failed(purpose, 'bad-list', { ...facts, flaw: 'bits' });
  }
}

async function flawOfList(
  list: Readonly<Record<string, unknown>>,
  { issuer, purpose, now }: { issuer: string; purpose: Purpose; now: Date },
): Promise<string | undefined> {
  const { credentialSubject: subject, type, validFrom, validUntil } = list;
  const sound =
    findCredentialFaults(list).length === 0 &&
    Array.isArray(type) &&
    type.includes('BitstringStatusListCredential') &&
    isObject(subject) &&
    subject['type'] === 'BitstringStatusList' &&
    subject['statusPurpose'] === purpose &&
    typeof subject['encodedList'] === 'string';
  if (!sound) return 'form';
  const verdict = await checkProof(list, now);
  if (!verdict.ok || verdict.controller !== issuer || list['issuer'] !== issuer) return 'signature';
  if (isDateTimeStamp(validFrom) && Date.parse(validFrom) > now.getTime()) return 'not-yet';
  return isDateTimeStamp(validUntil) && Date.parse(validUntil) < now.getTime() ? 'old' : undefined;
}

type Facts = Check['facts'];
const passed = (name: CheckName, found: string, facts: Facts = {}): Check => ({
  name,
  outcome: 'passed',
  found,
  facts,
});
const failed = (name: CheckName, found: string, facts: Facts = {}): Check => ({
  name,
  outcome: 'failed',
  found,
  facts,
});
const open = (name: CheckName, found: string, facts: Facts = {}): Check => ({ name, outcome: 'open', found, facts });
