import { randomUUID } from 'node:crypto';
import type { LakeTable } from '#kernel/lake';
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
  columns: [
    { name: 'sender', type: 'LowCardinality(String)', description: '`application|facility`' },
    { name: 'id', type: 'String' },
    { name: 'received_at', type: TIME, codec: 'Delta, ZSTD(1)' },
    { name: 'sent_at', type: `Nullable(${TIME})`, codec: 'ZSTD(1)' },
    { name: 'kind', type: 'LowCardinality(String)' },
    { name: 'patient', type: 'String' },
    { name: 'organization', type: 'LowCardinality(Nullable(String))' },
    { name: 'orders', type: 'UInt16' },
    { name: 'specimens', type: 'UInt16' },
    { name: 'reports', type: 'UInt16' },
    { name: 'results', type: 'UInt16' },
    { name: 'unmapped', type: 'UInt16', description: 'Fields that have no place in the record' },
    { name: 'issues', type: 'UInt16' },
  ],
  order: ['sender', 'received_at', 'id'],
  partition: 'received_at',
  fact: 'records.messages-read',
  rows: (data) => (data as ToldMessage[]).map(rowOf),
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
