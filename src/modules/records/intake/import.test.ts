import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '#kernel/context';
import { type Deliveries, listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { CONFORMANCE, expectScore } from '../../../../tests/support/scores.ts';
import { intake, startReceiver } from '../index.ts';
import { exportResources } from './export.ts';
import { type DocumentTaker, type ImportCounts, importPaths, type Refusal } from './import.ts';

/**
 * Goal: everything given is in the record or in the report with a true reason, and a second time changes nothing.
 * Method: public messages and bundles that nobody here wrote, then small files of each kind, with real archives.
 */
let pool: Pool;
let ctx: Context;
let deliveries: Deliveries;
let folder: string;
let refused: Refusal[] = [];

beforeAll(async () => {
  pool = await testDatabase();
  ctx = testContext(pool);
  listensTo([intake]);
  deliveries = await startDeliveries(ctx, pool, [intake]);
});

beforeEach(() => {
  refused = [];
  folder = mkdtempSync(join(tmpdir(), 'banyan-import-'));
  return () => rmSync(folder, { recursive: true });
});

afterAll(() => deliveries?.stop());

const EPCIS: DocumentTaker = {
  name: 'epcis',
  takes: (document) => document.type === 'EPCISDocument',
  take: async (_, document) => {
    if (document.events === undefined) throw new Problem('unprocessable', 'the document has no events');
    return 1;
  },
};

function take(...paths: string[]): Promise<ImportCounts> {
  const parts = {
    receiver: startReceiver(ctx),
    documents: [EPCIS],
    refuse: (each: Refusal) => refused.push(each),
    progress: () => {},
  };
  return importPaths(ctx, paths, parts);
}

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const count = async (): Promise<unknown> =>
  pool.one(sql`
    select (select count(*) from fhir.patient) as patients, (select count(*) from fhir.observation) as observations,
      (select count(*) from fhir.history) as history, (select count(*) from records.message) as messages
  `);

describe.skipIf(!existsSync(join(CONFORMANCE, 'hl7v2')))('public material', () => {
  const paths = [join(CONFORMANCE, 'hl7v2'), join(CONFORMANCE, 'synthea')];

  test('is taken, or refused for a true reason', async () => {
    const counts = await take(...paths);
    expectScore('import.hl7v2-messages', counts.messages);
    expectScore('import.bundles', counts.bundles);
    const reasons = Object.entries(Object.groupBy(refused, ({ reason }) => reason)).map(([reason, all]) => [
      reason,
      all!.length,
    ]);
    expect(Object.fromEntries(reasons)).toEqual({
      'analyzer records (ASTM E1394) are not mapped to the record': 6,
      'this control id came before with another content': 4,
      'tables of comma-separated values carry no standard meaning': 2,
      'the text is no HL7 v2 message, FHIR resource or EPCIS document': 4,
      // The CDC's expected bundles leave out required elements, MessageHeader.source above all.
      'the resource breaks the rules of FHIR R4': 50,
    });
  });

  test('is not taken twice', async () => {
    const before = await count();
    expect(await take(...paths)).toMatchObject({ messages: 0, bundles: 0, resources: 0, documents: 0, refused: 66 });
    expect(await count()).toEqual(before);
  });
});

const hl7 = (control: string, card: string): string =>
  `MSH|^~\\&|A|B|||20260101||ADT^A04|${control}|P|2.5.1\rPID|1||${card}^^^X||Li^Si\r`;
const patient = (id: string, more = {}): string => JSON.stringify({ resourceType: 'Patient', id, ...more });

describe('archives', () => {
  test('are opened, whatever their names say', async () => {
    put('a.hl7', hl7('z1', '1'));
    put('b.json', patient('zip-b'));
    execFileSync('tar', ['czf', 'one.bin', 'a.hl7', 'b.json'], { cwd: folder });
    expect(await take(join(folder, 'one.bin'))).toMatchObject({ files: 2, messages: 1, resources: 1, refused: 0 });
    put('c.json.gz', gzipSync(patient('gz-c')));
    expect(await take(join(folder, 'c.json.gz'))).toMatchObject({ resources: 1 });
  });

  test('of the kind zip are opened', async () => {
    expect(await take(put('z.zip', zipOf({ 'in/d.json': patient('zip-d') })))).toMatchObject({
      files: 1,
      resources: 1,
    });
    expect(await pool.maybe(sql`select 1 from fhir.patient where id = 'zip-d'`)).toBeDefined();
  });

  test('that are damaged are refused', async () => {
    const broken = gzipSync(patient('never')).subarray(0, 20);
    expect(await take(put('x.gz', broken))).toMatchObject({ refused: 1 });
    expect(refused[0]?.item).toContain('x');
  });
});

describe('files', () => {
  test('of many messages are cut apart', async () => {
    const file = put(
      'batch',
      `FHS|^~\\&|A\rBHS|^~\\&|A\r${hl7('b1', '2')}${hl7('b2', '3')}${hl7('b1', '4')}BTS|3\rFTS|1\r`,
    );
    expect(await take(file)).toMatchObject({ messages: 2, refused: 1 });
    expect(refused).toMatchObject([{ place: 'message 3', reason: 'this control id came before with another content' }]);
  });

  test('of lines lose a bad line only', async () => {
    const file = put(
      'lines.ndjson',
      [patient('n1'), 'nope', patient('n2', { gender: 'bogus' }), patient('n3'), '{"a":1}'].join('\n'),
    );
    expect(await take(file)).toMatchObject({ resources: 2, refused: 3 });
    expect(refused.map(({ place }) => place).sort()).toEqual(['line 2', 'line 3', 'line 5']);
  });

  test('of another standard go to whoever takes them', async () => {
    const good = put('e.json', '{"type":"EPCISDocument","events":[]}');
    expect(await take(good)).toMatchObject({ documents: 1 });
    expect(await take(good)).toMatchObject({ documents: 0, known: 1 });
    await take(put('f.json', '{"type":"EPCISDocument"}'));
    expect(refused).toMatchObject([{ reason: 'the document has no events' }]);
  });

  test('that are missing are told of', async () => {
    await expect(take(join(folder, 'nothing'))).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('bundles', () => {
  const bundle = (type: string, entry: object[]): string => JSON.stringify({ resourceType: 'Bundle', type, entry });
  const uuid = 'urn:uuid:6b0d2c7e-54a4-4d4c-8f7a-0b1f6f9d1c11';

  test('turn their inner references to the ids that are given', async () => {
    const file = put(
      't.json',
      bundle('transaction', [
        { fullUrl: uuid, resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
        {
          resource: {
            resourceType: 'Observation',
            id: 'obs-t',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: uuid },
          },
          request: { method: 'PUT', url: 'Observation/obs-t' },
        },
      ]),
    );
    expect(await take(file)).toMatchObject({ bundles: 1, resources: 2 });
    expect(
      await pool.one(sql`select content -> 'subject' ->> 'reference' as of from fhir.observation where id = 'obs-t'`),
    ).toEqual({
      of: `Patient/${uuid.slice(9)}`,
    });
  });

  test('of a transaction are taken whole or not at all, others entry by entry', async () => {
    const entries = [
      { resource: { resourceType: 'Patient', id: 'whole' } },
      { resource: { resourceType: 'Patient', id: 'bad', gender: 'bogus' } },
    ];
    expect(await take(put('u.json', bundle('transaction', entries)))).toMatchObject({
      bundles: 0,
      resources: 0,
      refused: 1,
    });
    expect(await take(put('v.json', bundle('collection', entries)))).toMatchObject({
      bundles: 1,
      resources: 1,
      refused: 1,
    });
    expect(refused.at(-1)).toMatchObject({ place: 'entry 2', facts: { first: { expression: 'Patient.gender' } } });
  });

  test('that delete are refused', async () => {
    await take(put('w.json', bundle('transaction', [{ request: { method: 'DELETE', url: 'Patient/whole' } }])));
    expect(refused).toMatchObject([{ reason: 'an entry asks for something else than to be created or updated' }]);
  });
});

test('what is exported is imported again without a change', async () => {
  await take(
    put('p.json', patient('exp-1', { gender: 'female' })),
    put(
      'q.json',
      JSON.stringify({
        resourceType: 'Observation',
        id: 'exp-2',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/exp-1' },
        valueQuantity: { value: 1 },
      }),
    ),
  );
  const lines: string[] = [];
  for await (const line of exportResources(ctx, { types: [], patient: 'exp-1' })) lines.push(line);
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual(['exp-1', 'exp-2']);
  expect(await take(put('again.ndjson', lines.join('\n')))).toMatchObject({ resources: 0, known: 2, refused: 0 });
});

/** The smallest true zip archive, entries stored. */
function zipOf(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), content);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + content.length;
  }
  const size = Buffer.concat(directory).length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
