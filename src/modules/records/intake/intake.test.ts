import { connect } from 'node:net';
import type { DiagnosticReport, Observation, Patient, ServiceRequest } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { type Deliveries, findDeadLetters, listensTo, startDeliveries, tell } from '#kernel/outbox';
import { type Pool, sql } from '#kernel/sql';
import { parseMessage } from '#standards/hl7v2';
import { encodeFrame, FrameDecoder } from '#standards/mllp';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { intake, type MllpServer, type Receiver, startMllpServer, startReceiver } from '../index.ts';
import { insertMessages } from '../store/index.ts';

/**
 * Goal: what is acknowledged is in the record, once, whoever sends it and however often.
 * Method: the real server, receiver and outbox on a real PostgreSQL; senders are sockets.
 */
let pool: Pool;
let ctx: Context;
let server: MllpServer;
let receiver: Receiver;
let deliveries: Deliveries;
const told: { type: string; subject: string; data: unknown }[] = [];

beforeAll(async () => {
  pool = await testDatabase();
  ctx = testContext(pool);
  const witness = {
    name: 'test.witness',
    hears: ['records.message-applied'],
    hear: async (_: Context, facts: readonly { type: string; subject: string; data?: unknown }[]) => {
      told.push(...facts.map(({ type, subject, data }) => ({ type, subject, data })));
    },
  };
  listensTo([intake, witness]);
  deliveries = await startDeliveries(ctx, pool, [intake, witness]);
  receiver = startReceiver(ctx);
  server = await startMllpServer(ctx, receiver, { host: '127.0.0.1', port: 0, maxBytes: 20_000 });
});

afterAll(async () => {
  await server?.stop();
  await deliveries?.stop();
});

const SYSTEM = 'https://banyan.health/id/health-card';
interface Parts {
  control: string;
  sender?: string;
  type?: string;
  card?: string;
  segments: string[];
}

function messageOf({ control, sender = 'LIS|LAB1', type = 'ORU^R01^ORU_R01', card = '861', segments }: Parts): string {
  const msh = `MSH|^~\\&|${sender}|BANYAN|REGION|20260101080000+0800||${type}|${control}|P|2.5.1`;
  const pid = `PID|1||${card}^^^BANYAN&${SYSTEM}&URI^HC||张^伟||19800102|M`;
  return `${[msh, pid, ...segments].join('\r')}\r`;
}

const resultOf = (filler: string, value: string, state = 'F', placer = 'P1^H1'): string[] => [
  `ORC|RE|${placer}|${filler}^LAB1`,
  `OBR|1|${placer}|${filler}^LAB1|2345-7^Glucose^LN|||20260101070000||||||||||||||||||${state}`,
  `OBX|1|NM|2345-7^Glucose^LN||${value}|mmol/L^^UCUM|3.9-6.1|N|||${state}`,
];

/** Sends frames over one connection and resolves with the answers, one for each. */
function send(...messages: (string | Buffer)[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    const decoder = new FrameDecoder();
    const answers: string[] = [];
    socket.on('data', (chunk) => {
      for (const { bytes } of decoder.push(chunk)) answers.push(bytes.toString());
      if (answers.length === messages.length) {
        socket.end();
        resolve(answers);
      }
    });
    socket.on('error', reject);
    for (const message of messages) socket.write(encodeFrame(message));
  });
}

async function codesOf(...messages: (string | Buffer)[]): Promise<(string | undefined)[]> {
  return (await send(...messages)).map((answer) => parseMessage(answer).segment('MSA')?.text(1));
}

async function all<T>(type: string): Promise<T[]> {
  const rows = await pool.rows<{ content: T }>(
    sql`select content from ${tableOf(type)} where content is not null order by updated, id`,
  );
  return rows.map(({ content }) => content);
}

async function patientOf(card: string): Promise<Patient> {
  const found = (await all<Patient>('Patient')).filter((patient) =>
    patient.identifier?.some(({ value }) => value === card),
  );
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('a message', () => {
  test('is in the record after its acknowledgement', async () => {
    expect(await codesOf(messageOf({ control: 'm1', segments: resultOf('F1', '5.60') }))).toEqual(['AA']);
    await deliveries.idle();
    const patient = await patientOf('861');
    expect(patient.name?.[0]?.text).toBe('张伟');
    const [observation] = await all<Observation>('Observation');
    expect(observation).toMatchObject({
      status: 'final',
      valueQuantity: { value: 5.6 },
      subject: { reference: `Patient/${patient.id}` },
    });
    const raw = await pool.one<{ content: string }>(sql`select content::text from fhir.observation`);
    expect(raw.content).toContain('5.60');
    const fact = told.find(({ subject }) => subject === patient.id);
    expect(fact?.data).toMatchObject({
      kind: 'result',
      sender: 'LIS|LAB1',
      reports: [{ status: 'final', results: 1 }],
    });
  });

  test('sent again is answered the same and changes nothing', async () => {
    const again = messageOf({ control: 'm1', segments: resultOf('F1', '5.60') });
    const before = await pool.one<{ count: number }>(sql`select count(*) from records.message`);
    expect(await codesOf(again, again)).toEqual(['AA', 'AA']);
    await deliveries.idle();
    expect(await pool.one(sql`select count(*) from records.message`)).toEqual(before);
    expect(await all('Observation')).toHaveLength(1);
  });

  test('with the control id of another is refused, and both are kept', async () => {
    const [answer] = await send(messageOf({ control: 'm1', segments: resultOf('F1', '9.99') }));
    expect(answer).toContain('\rMSA|AR|m1|this control id came before with another content');
    expect(answer).toContain('|205^Duplicate key identifier^HL70357|');
    const rows = await pool.rows(sql`select outcome from records.message where control_id = 'm1' order by outcome`);
    expect(rows).toEqual([{ outcome: 'accepted' }, { outcome: 'conflict' }]);
    await deliveries.idle();
    expect((await all<Observation>('Observation'))[0]?.valueQuantity?.value).toBe(5.6);
  });

  test.each([
    ['that is none', 'hello', '', '100'],
    ['of a type that is not taken', messageOf({ control: 'x1', type: 'SIU^S12', segments: [] }), 'x1', '200'],
    ['of an event that is not taken', messageOf({ control: 'x2', type: 'ADT^A02', segments: [] }), 'x2', '201'],
    ['without control id', messageOf({ control: '', segments: [] }), '', '101'],
    ['of another version', messageOf({ control: 'x3', segments: [] }).replace('|2.5.1', '|3.0'), 'x3', '203'],
    ['with a line that is no segment', `${messageOf({ control: 'x4', segments: [] })}oops\r`, 'x4', '100'],
    ['longer than is taken', messageOf({ control: 'x5', segments: [`NTE|1||${'x'.repeat(30_000)}`] }), 'x5', '207'],
  ])('%s is refused with its reason, and kept', async (_, message, control, code) => {
    const [answer] = await send(message);
    const { segment } = { segment: (name: string) => parseMessage(answer!).segment(name) };
    expect([segment('MSA')?.text(1), segment('MSA')?.text(2) ?? '', segment('ERR')?.text(3)]).toEqual([
      'AR',
      control,
      code,
    ]);
    const kept = await pool.rows<{ raw: Buffer }>(
      sql`select raw from records.message where control_id = ${control} and outcome = 'refused'`,
    );
    expect(kept.some(({ raw }) => message.startsWith(raw.toString()))).toBe(true);
  });

  test('of an unknown person without numbers gets a person of its own', async () => {
    const anonymous = messageOf({ control: 'a1', segments: resultOf('F8', '1') }).replace(/PID[^\r]*/, 'PID|1');
    expect(await codesOf(anonymous)).toEqual(['AA']);
    await deliveries.idle();
    const { resources, issues } = await pool.one<{ resources: { type: string }[]; issues: { code: string }[] }>(
      sql`select resources, issues from records.reading join records.message m on m.part = reading.part and m.id = reading.message where m.control_id = 'a1'`,
    );
    expect(resources.map(({ type }) => type)).toContain('Patient');
    expect(issues).toMatchObject([{ code: 'required' }]);
  });
});

describe('results', () => {
  test('that are corrected become a new version of the same observation and report', async () => {
    await send(messageOf({ control: 'c1', card: '862', segments: resultOf('F2', '5.1') }));
    await send(messageOf({ control: 'c2', card: '862', segments: resultOf('F2', '5.3', 'C') }));
    await deliveries.idle();
    const patient = await patientOf('862');
    const own = (await all<Observation>('Observation')).filter(
      ({ subject }) => subject?.reference === `Patient/${patient.id}`,
    );
    expect(own).toMatchObject([{ status: 'corrected', valueQuantity: { value: 5.3 }, meta: { versionId: '2' } }]);
    const old = await pool.one<{ content: Observation }>(
      sql`select content from fhir.history where type = 'Observation' and id = ${own[0]!.id}`,
    );
    expect(old.content.valueQuantity?.value).toBe(5.1);
  });

  test('and their order meet, whichever comes first', async () => {
    const order = ['ORC|NW|P3^H1', 'OBR|1|P3^H1||2345-7^Glucose^LN'];
    await send(messageOf({ control: 'o1', sender: 'HIS|H1', type: 'OML^O21^OML_O21', card: '863', segments: order }));
    await deliveries.idle();
    await send(messageOf({ control: 'o2', card: '863', segments: resultOf('F3', '5', 'F', 'P3^H1') }));
    await deliveries.idle();
    await send(messageOf({ control: 'o3', sender: 'HIS|H1', type: 'OML^O21^OML_O21', card: '863', segments: order }));
    await deliveries.idle();
    const patient = await patientOf('863');
    const orders = (await all<ServiceRequest>('ServiceRequest')).filter(
      ({ subject }) => subject?.reference === `Patient/${patient.id}`,
    );
    expect(orders).toMatchObject([{ status: 'completed' }]);
    const [report] = (await all<DiagnosticReport>('DiagnosticReport')).filter(
      ({ subject }) => subject?.reference === `Patient/${patient.id}`,
    );
    expect(report?.basedOn).toEqual([{ reference: `ServiceRequest/${orders[0]!.id}` }]);
  });

  test('whose placer names no authority meet the order of the same patient', async () => {
    await send(
      messageOf({
        control: 'o4',
        sender: 'HIS|H1',
        type: 'ORM^O01',
        card: '864',
        segments: ['ORC|NW|77', 'OBR|1|77||2345-7^Glucose^LN'],
      }),
    );
    await deliveries.idle();
    await send(messageOf({ control: 'o5', card: '864', segments: resultOf('F4', '5', 'F', '77') }));
    await deliveries.idle();
    const patient = await patientOf('864');
    const orders = (await all<ServiceRequest>('ServiceRequest')).filter(
      ({ subject }) => subject?.reference === `Patient/${patient.id}`,
    );
    expect(orders).toHaveLength(1);
  });
});

describe('persons', () => {
  test('that are merged share one record from then on', async () => {
    const stranger = messageOf({ control: 'p1', sender: 'HIS|H1', type: 'ADT^A04', segments: [] }).replace(
      /PID[^\r]*/,
      'PID|1||T9^^^H1^MR||无名',
    );
    await send(stranger, messageOf({ control: 'p2', card: '865', sender: 'HIS|H1', type: 'ADT^A04', segments: [] }));
    await deliveries.idle();
    await send(
      messageOf({
        control: 'p3',
        card: '865',
        sender: 'HIS|H1',
        type: 'ADT^A40^ADT_A39',
        segments: ['MRG|T9^^^H1^MR'],
      }),
    );
    await deliveries.idle();
    const survivor = await patientOf('865');
    const merged = await patientOf('T9');
    expect(merged).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: { reference: `Patient/${survivor.id}` } }],
    });
    expect(survivor.link).toMatchObject([{ type: 'replaces', other: { reference: `Patient/${merged.id}` } }]);
    await send(
      messageOf({ control: 'p4', segments: resultOf('F5', '5') }).replace(/PID[^\r]*/, 'PID|1||T9^^^H1^MR||无名'),
    );
    await deliveries.idle();
    const results = (await all<Observation>('Observation')).filter(
      ({ subject }) => subject?.reference === `Patient/${survivor.id}`,
    );
    expect(results).toHaveLength(1);
  });

  test('are found whoever wrote them first', async () => {
    const { create } = await import('#kernel/fhir');
    const made = await create(ctx, {
      resourceType: 'Patient',
      identifier: [{ system: SYSTEM, value: '866' }],
      gender: 'female',
    });
    await send(messageOf({ control: 'p5', card: '866', segments: resultOf('F6', '5') }));
    await deliveries.idle();
    const patient = await patientOf('866');
    expect(patient).toMatchObject({ id: made.id, gender: 'female', birthDate: '1980-01-02' });
  });
});

test('a message that cannot be read after all is a dead letter with its reason, and its companions are not', async () => {
  const raw = {
    part: 'LIS|LAB1',
    id: 'damaged',
    controlId: 'd1',
    digest: Buffer.alloc(32),
    receivedAt: ctx.now(),
    channel: 'mllp' as const,
    origin: 'test',
    type: 'ORU^R01',
    outcome: 'accepted' as const,
    reason: null,
    raw: Buffer.from('MSH|^~\\&|LIS|LAB1\rdamaged on disk\r'),
  };
  await pool.transaction(async (tx) => {
    await insertMessages(tx, [raw]);
    await tell(tx, { type: 'records.message-received', subject: 'LIS|LAB1|868', data: { part: raw.part, id: raw.id } });
  });
  expect(await codesOf(messageOf({ control: 'd2', card: '868', segments: resultOf('F9', '5') }))).toEqual(['AA']);
  await deliveries.idle();
  await patientOf('868');
  expect(await findDeadLetters(pool, { limit: 10 })).toMatchObject([
    {
      hearer: 'records.intake',
      kind: 'invalid',
      reason: 'the message cannot be read',
      facts: { why: 'a line is no segment' },
    },
  ]);
});

test('many senders at once lose and double nothing', async () => {
  const messages = Array.from({ length: 200 }, (_, n) =>
    messageOf({ control: `n${n}`, card: `9${n % 20}`, segments: resultOf(`N${n}`, `${n}`) }),
  );
  const lines = Array.from({ length: 10 }, (_, line) => messages.filter((_, n) => n % 10 === line));
  const codes = await Promise.all(lines.map((each) => codesOf(...each, ...each.slice(0, 3))));
  expect(codes.flat().every((code) => code === 'AA')).toBe(true);
  await deliveries.idle();
  const values = (await all<Observation>('Observation')).filter(
    ({ code, subject }) => code.coding?.[0]?.code === '2345-7' && subject !== undefined,
  );
  const versions = await pool.rows<{ most: number }>(sql`
    select max(version) as most from fhir.organization union all select max(version) from fhir.practitioner
  `);
  expect(versions.map(({ most }) => most ?? 1)).toEqual([1, 1]);
  const numbers = await pool.rows<{ value: string }>(sql`
    select distinct identifier ->> 'value' as value from fhir.diagnostic_report, json_array_elements(content -> 'identifier') identifier
    where identifier ->> 'value' like 'N%'
  `);
  expect(numbers).toHaveLength(200);
  expect(values.filter(({ valueQuantity }) => valueQuantity?.value === 150)).toHaveLength(1);
});

test('one poisonous message stops neither the others nor the senders behind it', async () => {
  const long = Array.from({ length: 900 }, (_, at) => at.toString(36)).join('');
  const poison = [
    messageOf({ control: 'poison-1', sender: 'A\u0000B|LAB', segments: [] }),
    messageOf({ control: 'poison-2', sender: `${long}|LAB`, segments: [] }),
    messageOf({ control: `poison-3${long}`, segments: [] }),
    messageOf({ control: 'poison-4\u0000', type: `ORU\u0000^${long}`, segments: [] }),
    messageOf({ control: 'poison-5', card: `8\u0000${long}`, segments: [] }),
    messageOf({ control: '\\XFFFE\\', segments: [] }),
  ];
  const receipts = await Promise.all(
    [...poison, messageOf({ control: 'healthy', segments: [] })].map((text) =>
      receiver.receive(Buffer.from(text), { channel: 'mllp', origin: 'test' }),
    ),
  );
  expect(receipts.map(({ outcome }) => outcome)).toEqual([
    'accepted',
    'refused',
    'refused',
    'refused',
    'accepted',
    'accepted',
    'accepted',
  ]);
  const { count } = await pool.one<{ count: number }>(sql`
    select count(*) from records.message where id = any(${receipts.map(({ id }) => id)}::text[])
  `);
  expect(count).toBe(receipts.length);
});

test('while the disk is full nobody is answered and the trouble is told; with room again all is kept', async () => {
  let full = true;
  const { transaction } = pool;
  const disk: Pool = {
    ...pool,
    transaction: (work) =>
      full
        ? Promise.reject(Object.assign(new Error('no space left on device'), { code: '53100' }))
        : (transaction.call(pool, work) as ReturnType<typeof work>),
  };
  const small = startReceiver(testContext(disk));
  let answered = false;
  const receipt = small
    .receive(Buffer.from(messageOf({ control: 'disk-full', segments: [] })), { channel: 'mllp', origin: 'test' })
    .then((kept) => {
      answered = true;
      return kept;
    });
  await expect.poll(() => small.trouble).toContain('no space left on device');
  expect(answered).toBe(false);
  full = false;
  expect(await receipt).toMatchObject({ outcome: 'accepted', repeated: false });
  expect(small.trouble).toBeUndefined();
});
