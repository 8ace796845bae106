import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import { append, exportLog, openKey, seal } from '#kernel/ledger';
import type { Pool } from '#kernel/sql';
import { openBundle } from '#standards/credentials';
import { formatVerifier, type NoteSigner, signerFromSeed } from '#standards/merkle';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { signCertificates } from './certificate-signing.ts';
import { issueCertificate, readBundle, readController, revokeCertificate } from './certificates.ts';
import { verifyCertificateVerb } from './verify-verb.ts';

/**
 * Goal: a stranger with the files and one command learns whether a certificate is true, and what could not be known.
 * Method: a certificate among other entries of a real ledger, written to files with its lists, the platform's did.json and the exported log;
 * the verb's exit code and lines for each way to ask and each forgery.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
const publicUrl = () => 'https://banyan.example';
let pool: Pool;
let folder: string;
let ledgerKey: NoteSigner;
const file = (name: string) => join(folder, name);

async function run(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const io = { config: readConfig({}), out: (line: string) => lines.push(line), progress: () => {} };
  return { code: await verifyCertificateVerb.run(['--at', NOW.toISOString(), ...args], io), lines };
}

beforeAll(async () => {
  pool = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'verify-'));
  ledgerKey = await openKey(pool, file('data'), NOW);
  const ctx = testContext(pool, { now: () => NOW });
  const others = async (n: number) => {
    for (let i = 0; i < n; i += 1) await append(pool, { act: 'test.happened', at: NOW, body: { i } });
  };
  await others(3);
  const issue = () =>
    pool.transaction((tx) =>
      issueCertificate(ctx, tx, {
        kind: 'transaction',
        subject: { id: 'order/7', title: { en: 'An order', zh: '订单' } },
        holder: { id: 'Organization/o1', name: 'Buyer One' },
        claims: { amountFen: 12_300 },
      }),
    );
  const work = async (sm2 = false) => {
    await seal(pool, ledgerKey, NOW);
    await pool.transaction((tx) =>
      signCertificates(testContext(tx, { now: () => NOW }), { ledgerKey, publicUrl, sm2 }),
    );
  };
  const [good, bad] = [await issue(), await issue()];
  await work();
  const [both, other] = [await issue(), await issue()];
  await work(true);
  await pool.transaction((tx) => revokeCertificate(ctx, tx, bad.id, 'refunded'));
  await others(300);
  await work();
  const bundle = await readBundle({ db: pool }, good.id);
  const { certificate, lists } = openBundle(bundle);
  const bothWays = await readBundle({ db: pool }, both.id);
  const twice = openBundle(bothWays).certificate as { proof: object[] };
  const otherwise = openBundle(await readBundle({ db: pool }, other.id)).certificate as { proof: object[] };
  const forged = { ...(certificate as object), validFrom: '2026-11-22T03:00:00.000Z' };
  for (const [name, document] of [
    ['bundle.json', bundle],
    ['alone.json', certificate],
    ['revocation.json', lists[0]],
    ['suspension.json', lists[1]],
    ['forged.json', forged],
    ['both.json', bothWays],
    ['other-sm2.json', { ...twice, proof: [twice.proof[0], otherwise.proof[1]] }],
    ['sm2-alone.json', { ...twice, proof: twice.proof[1] }],
    ['sm2-first.json', { ...twice, proof: twice.proof.toReversed() }],
    ['revoked.json', await readBundle({ db: pool }, bad.id)],
    ['did.json', await readController({ db: pool }, publicUrl())],
  ] as const)
    await writeFile(file(name), JSON.stringify(document, undefined, 2));
  await writeFile(file('not.json'), 'text');
  await exportLog(pool, file('log'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('verify-certificate', () => {
  const trusted = () => ['--issuer', file('did.json'), '--log-key', file('log/key')];

  test('with everything at hand says that it is valid', async () => {
    const { code, lines } = await run(file('bundle.json'), ...trusted(), '--log', file('log'));
    expect(lines.slice(1).map((line) => line.slice(0, 8).trim())).toEqual([...Array(10).fill('ok'), 'VALID']);
    expect(lines[0]).toMatch(/^TransactionCertificate urn:uuid:.*: An order$/);
    expect(code).toBe(0);
  });

  test('a second signature, of SM2, is checked like the first', async () => {
    const { code, lines } = await run(file('both.json'), ...trusted());
    expect(lines.find((line) => line.includes('SM2'))).toMatch(/^ok {6}SM2 signature: The SM2 signature fits/);
    expect(lines.slice(1).map((line) => line.slice(0, 8).trim())).toEqual([...Array(10).fill('ok'), 'VALID']);
    expect(code).toBe(0);
    // Whose key it is only the platform's did.json says.
    const { proof } = JSON.parse(await readFile(file('alone.json'), 'utf8')) as {
      proof: { verificationMethod: string };
    };
    const [issuer] = proof.verificationMethod.split('#') as [string];
    const unknown = await run(file('both.json'), '--issuer', issuer, '--log-key', file('log/key'));
    expect(unknown.lines.filter((line) => line.startsWith('open'))).toEqual([
      expect.stringMatching(/SM2 signature: It fits, but/),
    ]);
  });

  test('takes keys as text, and lists one by one', async () => {
    const key = formatVerifier(ledgerKey);
    const lists = ['revocation', 'suspension'].flatMap((name) => ['--status-list', file(`${name}.json`)]);
    expect((await run(file('alone.json'), '--issuer', file('did.json'), '--log-key', key, ...lists)).code).toBe(0);
  });

  test('says what it could not check', async () => {
    const { code, lines } = await run(file('alone.json'));
    expect(code).toBe(3);
    expect(lines.filter((line) => line.startsWith('open')).map((line) => line.slice(8).split(':')[0])).toEqual([
      'Issuer',
      'Ledger',
      'Revocation',
      'Suspension',
    ]);
    expect(lines.at(-1)).toBe('NOT EVERYTHING WAS CHECKED');
  });

  test.each([
    ['forged', 'REFUSED Signature: The signature does not fit: something was changed.'],
    ['other-sm2', 'REFUSED SM2 signature: The signature does not fit: something was changed.'],
    ['sm2-alone', 'REFUSED Form: It is not a certificate, or something in it was changed.'],
    ['sm2-first', 'REFUSED Form: It is not a certificate, or something in it was changed.'],
    ['revoked', 'REFUSED Revocation: It was revoked.'],
    ['did', 'REFUSED Form: It is not a certificate, or something in it was changed.'],
  ])('%s is refused', async (name, line) => {
    const { code, lines } = await run(file(`${name}.json`), ...trusted());
    expect(code).toBe(1);
    expect(lines.map((told) => told.replace(/ \(.*\)$/, ''))).toContain(line);
  });

  test('a ledger with another past is refused, and one of another key', async () => {
    const other = signerFromSeed('banyan.health/other', new Uint8Array(32).fill(9));
    const { code } = await run(file('bundle.json'), ...trusted(), '--log-key', formatVerifier(other));
    expect(code).toBe(0);
    expect(
      (await run(file('bundle.json'), '--issuer', file('did.json'), '--log-key', formatVerifier(other))).code,
    ).toBe(1);
    const entries = file('log/tile/entries/000');
    const bytes = await readFile(entries);
    bytes[40]! ^= 1;
    await writeFile(entries, bytes);
    const broken = await run(file('bundle.json'), ...trusted(), '--log', file('log'));
    expect(broken.lines.at(-2)).toMatch(/^REFUSED Whole ledger/);
    expect(broken.code).toBe(1);
  });

  test.each(['not.json', 'absent.json'])('%s is a mistake of the caller', async (name) => {
    await expect(run(file(name))).rejects.toThrow(/is not JSON|cannot be read/);
  });
});
