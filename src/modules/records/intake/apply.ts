import { type Act, type Care, openCare, recordAll } from '#kernel/access';
import type { Context } from '#kernel/context';
import { type Resource, type Written, writeAll } from '#kernel/fhir';
import { type DeliveredFact, type Hearer, tellAll } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { keepDecimal } from '#standards/fhir';
import { Hl7Error, type Message, parseMessage } from '#standards/hl7v2';
import { type Draft, type Mapping, mapMessage } from '#standards/v2-to-fhir';
import type { ToldMessage } from '../analytics/messages.ts';
import type { Applied } from '../model.ts';
import {
  findRaw,
  insertIdentities,
  insertReadings,
  moveIdentities,
  type Reading,
  type StoredMessage,
} from '../store/index.ts';
import { placeDrafts } from './place.ts';
import { receivedOf } from './receive.ts';

/** Reads kept messages into the record, many at once; their order for each patient and sender is kept by the outbox. */
export const intake: Hearer = {
  name: 'records.intake',
  hears: ['records.message-received'],
  batch: 128,
  hear: (ctx, facts) => applyMessages(ctx, facts),
};

interface Item {
  stored: StoredMessage;
  mapping: Mapping;
}

/** Everything a batch of messages says becomes resources, or nothing of it does. @throws Problem that says which rule was broken */
async function applyMessages(ctx: Context, facts: readonly DeliveredFact[]): Promise<void> {
  const { db: tx } = ctx;
  const stored = await findRaw(
    tx,
    facts.map((fact) => receivedOf(fact.data)),
  );
  const items = stored.map((each) => readMessage(ctx, each));
  const placed = await placeDrafts(
    tx,
    items.map(({ mapping, stored }) => ({ mapping, scope: `${stored.part}\n${stored.id}` })),
  );

  // Each resource belongs to the organization that sent it; the act that is recorded is the message's.
  const tenants = items.flatMap(({ mapping }, index) =>
    placed.resources[index]!.map(() => idOf(mapping.facility) ?? ''),
  );
  const all = await writeAll(ctx, tx, placed.resources.flat(), { tenants, recorded: true });
  const written = new Map(all.map((each) => [`${each.type}/${each.id}`, each]));

  await insertIdentities(tx, placed.identities);
  await moveIdentities(tx, placed.moved);
  await insertReadings(
    tx,
    items.map((item, index) => readingOf(ctx, item, placed.resources[index]!, written)),
  );
  await openCare(
    tx,
    items.flatMap((item) => careOf(ctx, item)),
  );
  await recordAll(ctx, tx, items.map(actOf));
  const applied = items.map(({ mapping, stored }) => ({
    type: 'records.message-applied',
    subject: idOf(mapping.patient)!,
    data: appliedOf(stored, mapping),
  }));
  const read = { type: 'records.messages-read', subject: 'records.message', data: items.map(toldOf) };
  await tellAll(tx, items.length === 0 ? [] : [...applied, read]);
}

function toldOf({ stored, mapping }: Item): ToldMessage {
  return toldMessage(stored, mapping, { patient: idOf(mapping.patient)!, organization: idOf(mapping.facility) });
}

/** What the lake is told of a message that was read. */
export function toldMessage(
  { part, id, receivedAt }: StoredMessage,
  { kind, sentAt, orders, specimens, reports, unmapped, issues }: Mapping,
  { patient, organization }: { patient: string; organization: string | undefined },
): ToldMessage {
  return {
    part,
    id,
    receivedAt: receivedAt.toISOString(),
    ...(sentAt === undefined ? {} : { sentAt }),
    kind,
    patient,
    ...(organization === undefined ? {} : { organization }),
    orders: orders.length,
    specimens: specimens.length,
    reports: reports.length,
    results: reports.reduce((sum, { resource }) => sum + (resource.result?.length ?? 0), 0),
    unmapped: unmapped.length,
    issues: issues.length,
  };
}

export function readMessage(ctx: Pick<Context, 'newId'>, stored: StoredMessage): Item {
  let message: Message;
  try {
    message = parseMessage(stored.raw);
  } catch (cause) {
    if (!(cause instanceof Hl7Error)) throw cause;
    throw new Problem(
      'invalid',
      'the message cannot be read',
      { code: cause.code, place: cause.place, why: cause.message },
      { cause },
    );
  }
  const mapping = mapMessage(message, { now: stored.receivedAt, newId: ctx.newId, exact: keepDigits });
  if (mapping === undefined)
    throw new Problem('invalid', 'messages of this type are not mapped', { type: message.type, event: message.event });
  return { stored, mapping };
}

/** The digits of a number that JavaScript would write otherwise are kept beside it, as FHIR's JSON reader does. */
function keepDigits(holder: object, key: string, text: string): void {
  if (String(Number(text)) === text || !/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return;
  keepDecimal(holder, key, text);
}

function readingOf(
  ctx: Context,
  { stored, mapping }: Item,
  resources: readonly Resource[],
  written: ReadonlyMap<string, Written>,
): Reading {
  const links = new Map(
    resources.map(({ resourceType, id }) => [`${resourceType}/${id}`, written.get(`${resourceType}/${id}`)]),
  );
  return {
    part: stored.part,
    message: stored.id,
    readAt: ctx.now(),
    kind: mapping.kind,
    patient: idOf(mapping.patient)!,
    organization: idOf(mapping.facility) ?? null,
    resources: [...links.values()].flatMap((each) =>
      each === undefined ? [] : [{ type: each.type, id: each.id, version: each.version, op: each.op }],
    ),
    unmapped: mapping.unmapped,
    issues: mapping.issues,
  };
}

const GROUNDS = { result: 'laboratory', order: 'order', admission: 'admission', merge: 'encounter' } as const;

/** Whoever orders for, admits or examines a person cares for the person from then on. */
function careOf(ctx: Context, { mapping }: Item): Care[] {
  const organization = idOf(mapping.facility);
  const since = mapping.sentAt === undefined ? ctx.now() : new Date(mapping.sentAt);
  return organization === undefined
    ? []
    : [{ patient: idOf(mapping.patient)!, organization, ground: GROUNDS[mapping.kind], since }];
}

function actOf({ stored, mapping }: Item): Act {
  const organization = idOf(mapping.facility);
  return {
    act: 'records.message-applied',
    subject: `message/${stored.id}`,
    patients: [mapping.patient, mapping.merged].flatMap((draft) => idOf(draft) ?? []),
    ...(organization === undefined ? {} : { organization }),
    detail: { kind: mapping.kind, sender: mapping.sender },
  };
}

/** What others need to know of a message without reading it again. */
function appliedOf({ part, id, receivedAt }: StoredMessage, mapping: Mapping): Applied {
  const organization = idOf(mapping.facility);
  return {
    message: { part, id },
    kind: mapping.kind,
    sender: mapping.sender,
    patient: idOf(mapping.patient)!,
    ...(mapping.merged === undefined ? {} : { merged: idOf(mapping.merged)! }),
    ...(organization === undefined ? {} : { organization }),
    receivedAt: receivedAt.toISOString(),
    ...(mapping.sentAt === undefined ? {} : { sentAt: mapping.sentAt }),
    orders: mapping.orders.map((order) => ({
      id: idOf(order)!,
      status: order.resource.status,
      ...coding(order.resource.code),
      numbers: numbersOf(order),
    })),
    specimens: mapping.specimens.map((specimen) => ({
      id: idOf(specimen)!,
      numbers: numbersOf(specimen),
      ...(specimen.resource.collection?.collectedDateTime === undefined
        ? {}
        : { collectedAt: specimen.resource.collection.collectedDateTime }),
      ...(specimen.resource.receivedTime === undefined ? {} : { receivedAt: specimen.resource.receivedTime }),
    })),
    reports: mapping.reports.map((report, index) => ({
      id: idOf(report)!,
      status: report.resource.status,
      ...(mapping.orders[index] === undefined ? {} : { order: idOf(mapping.orders[index]!)! }),
      ...coding(report.resource.code),
      ...(report.resource.issued === undefined ? {} : { issuedAt: report.resource.issued }),
      specimens: (report.resource.specimen ?? []).flatMap(({ reference }) => reference?.split('/')[1] ?? []),
      results: report.resource.result?.length ?? 0,
    })),
  };
}

function coding(code: { coding?: { code?: string; system?: string; display?: string }[]; text?: string } | undefined): {
  code?: string;
  system?: string;
  name?: string;
} {
  const first = code?.coding?.[0];
  const name = first?.display ?? code?.text;
  return {
    ...(first?.code === undefined ? {} : { code: first.code }),
    ...(first?.system === undefined ? {} : { system: first.system }),
    ...(name === undefined ? {} : { name }),
  };
}

function numbersOf({ identifiers }: Draft): { system?: string; value: string }[] {
  return identifiers.flatMap(({ system, value }) =>
    value === undefined ? [] : [{ ...(system === undefined ? {} : { system }), value }],
  );
}

/** The id a draft was given by its place in the record. */
function idOf(draft: Draft | undefined): string | undefined {
  return draft?.reference.reference.split('/')[1];
}
