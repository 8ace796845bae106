import { randomUUID } from 'node:crypto';
import { type LakeTable, rowsByAct } from '#kernel/lake';
import { readMessage, toldMessage } from '../intake/apply.ts';
import { findReadMessages, type MessageKey } from '../store/index.ts';

/** What `records.messages-read` carries of each message, beside what `records.message-applied` tells of its content. */
export interface ToldMessage {
  part: string;
  id: string;
  receivedAt: string;
  sentAt?: string;
  kind: string;
  patient: string;
  organization?: string;
  orders: number;
  specimens: number;
  reports: number;
  results: number;
  unmapped: number;
  issues: number;
}

const TIME = "DateTime64(3, 'UTC')";

/** Messages that were read into the record: who sent what, when, and what became of it. */
export const messageTable: LakeTable = {
  name: 'message',
  title: 'HL7 messages',
  description: 'One row for each HL7 v2 message that was read: who sent it, when, and how much was in it.',
  columns: [
    { name: 'sender', type: 'LowCardinality(String)', description: '`application|facility`' },
    { name: 'id', type: 'String', description: 'Control id (MSH-10)' },
    { name: 'received_at', type: TIME, codec: 'Delta, ZSTD(1)', description: 'When it came here' },
    { name: 'sent_at', type: `Nullable(${TIME})`, description: 'When its sender made it (MSH-7)' },
    { name: 'kind', type: 'LowCardinality(String)', description: 'Type and trigger event, e.g. ORU^R01' },
    { name: 'patient', type: 'String', description: 'Id of the patient' },
    {
      name: 'organization',
      type: 'LowCardinality(Nullable(String))',
      description: 'Id of the organization that sent it',
    },
    { name: 'orders', type: 'UInt16', description: 'Orders in it' },
    { name: 'specimens', type: 'UInt16', description: 'Specimens in it' },
    { name: 'reports', type: 'UInt16', description: 'Reports in it' },
    { name: 'results', type: 'UInt16', description: 'Results in it' },
    { name: 'unmapped', type: 'UInt16', description: 'Fields that have no place in the record' },
    { name: 'issues', type: 'UInt16', description: 'Remarks on what could not be read as it stands' },
  ],
  order: ['sender', 'received_at', 'id'],
  partition: 'received_at',
  isWhole: false,
  facts: ['records.messages-read'],
  seen: (ctx) => rowsByAct(ctx, 'kernel.dead-letter.read'),
  async *rows(_, facts) {
    yield facts.flatMap(({ data }) => (data as ToldMessage[]).map(rowOf));
  },
  async page(db, after) {
    const key = after === undefined ? { part: '', id: '' } : (JSON.parse(after) as MessageKey);
    const read = await findReadMessages(db, key, PAGE);
    const last = read.length < PAGE ? undefined : read.at(-1)!;
    // What the message says is read from it again; whom it is about was decided when it came.
    const rows = read.map(({ patient, organization, ...stored }) => {
      const { mapping } = readMessage({ newId: randomUUID }, stored);
      return rowOf(toldMessage(stored, mapping, { patient, organization: organization ?? undefined }));
    });
    return { rows, next: last && JSON.stringify({ part: last.part, id: last.id }) };
  },
};

const PAGE = 500;

function rowOf({ part, receivedAt, sentAt, organization, ...same }: ToldMessage): Record<string, unknown> {
  return {
    ...same,
    sender: part,
    received_at: receivedAt,
    sent_at: sentAt ?? null,
    organization: organization ?? null,
  };
}
