import { findLooks, type Look, recordRead } from '#kernel/access';
import { type Context, holds } from '#kernel/context';
import type { Resource } from '#kernel/fhir';
import { translate } from '#kernel/http';
import { Hl7Error, type Message, parseMessage } from '#standards/hl7v2';
import type { Person, TimelineEntry, Trend } from '../model.ts';
import { inTimeOrder, showEntry, showPerson, timelineTypes, trendsOf } from '../rules.ts';
import {
  findByNumber,
  findEntries,
  findMessages,
  findObservations,
  findPersons,
  getMessage,
  getPerson,
  type MessageFilter,
  type MessageKey,
  type PersonFilter,
} from '../store/index.ts';

/** A patient's timeline is built from so many resources of each type at the most. */
const MOST_OF_A_TYPE = 1_000;
const MOST_VALUES = 5_000;

export interface PersonPage {
  people: (Person & { updated: Date })[];
}

/** Persons by name or number. Whoever is shown is named in the audit trail. */
export async function searchPersons(ctx: Context, filter: PersonFilter): Promise<PersonPage> {
  ctx.require('records.person.search');
  const rows = await findPersons(ctx, filter);
  const people = rows.map(({ patient, updated }) => ({ ...showPerson(patient), updated }));
  if (people.length > 0) await recordRead(ctx, { act: 'records.persons-found', patients: people.map(({ id }) => id) });
  return { people };
}

export async function showOnePerson(ctx: Context, id: string): Promise<Person> {
  ctx.require('records.person.read');
  const person = showPerson(await getPerson(ctx, id));
  await recordRead(ctx, { act: 'records.person-read', subject: `Patient/${id}`, patients: [id] });
  return person;
}

export interface TimelineAsk {
  after?: { at: string; id: string };
  /** Only these. */
  kinds?: readonly TimelineEntry['kind'][];
  limit: number;
}

/** What happened to a person, newest first, with what was recorded before two records became one. */
export async function showTimeline(
  ctx: Context,
  id: string,
  { after, kinds, limit }: TimelineAsk,
): Promise<TimelineEntry[]> {
  const person = await showOnePerson(ctx, id);
  const resources = await findEntries(ctx, [id, ...person.merged], timelineTypes(kinds), MOST_OF_A_TYPE);
  const entries = inTimeOrder(resources.flatMap((resource) => showEntry(resource) ?? []));
  const from = after === undefined ? 0 : entries.findIndex((entry) => isAfter(entry, after));
  return from < 0 ? [] : entries.slice(from, from + limit);
}

function isAfter(entry: TimelineEntry, { at, id }: { at: string; id: string }): boolean {
  const difference = Date.parse(entry.at) - Date.parse(at);
  return difference < 0 || (difference === 0 && entry.id > id);
}

export async function showTrends(ctx: Context, id: string): Promise<Trend[]> {
  const person = await showOnePerson(ctx, id);
  return trendsOf(await findObservations(ctx, [id, ...person.merged], MOST_VALUES));
}

/** Who looked at a person's record, for those who may look at it themselves. */
export async function showLooks(
  ctx: Context,
  id: string,
  page: { after?: { at: Date; id: string }; limit: number },
): Promise<Look[]> {
  const person = await showOnePerson(ctx, id);
  return findLooks(ctx.db, [id, ...person.merged], page);
}

export interface SearchResult {
  kind: 'person' | 'specimen' | 'order' | 'message';
  id: string;
  title: string;
  detail?: string;
  path: string;
}

const FEW = 8;

/** Search everywhere: persons, specimens, orders, messages, each as far as the actor may see them. */
export async function searchEverything(ctx: Context, text: string): Promise<SearchResult[]> {
  const results: SearchResult[] = [];
  if (holds(ctx.actor, 'records.person.search')) {
    const { people } = await searchPersons(ctx, { text, limit: FEW });
    results.push(
      ...people.map(
        ({ id, name, birthDate, identifiers }): SearchResult => ({
          kind: 'person',
          id,
          title: name || identifiers[0]?.value || id,
          detail: [birthDate, identifiers[0]?.value].filter(Boolean).join(' · '),
          path: `/records/people/${id}`,
        }),
      ),
    );
  }
  const numbered: { kind: 'specimen' | 'order'; resource: Resource }[] = [];
  for (const [kind, type] of [
    ['specimen', 'Specimen'],
    ['order', 'ServiceRequest'],
  ] as const)
    numbered.push(...(await findByNumber(ctx, type, text, FEW)).map((resource) => ({ kind, resource })));
  const patients = numbered.flatMap(({ resource }) => patientOf(resource) ?? []);
  if (patients.length > 0) await recordRead(ctx, { act: 'records.numbers-found', patients });
  for (const { kind, resource } of numbered) {
    const patient = patientOf(resource);
    if (patient === undefined) continue;
    results.push({
      kind,
      id: resource.id!,
      title: text,
      detail: titleFor(ctx, showEntry(resource)) ?? resource.resourceType,
      path: `/records/people/${patient}`,
    });
  }
  if (holds(ctx.actor, 'kernel.dead-letter.read')) {
    const messages = await findMessages(ctx.db, { controlId: text, limit: FEW });
    results.push(
      ...messages.map(
        (message): SearchResult => ({
          kind: 'message',
          id: keyText(message),
          title: message.controlId,
          detail: `${message.part} · ${message.type}`,
          path: `/records/messages/${keyText(message)}`,
        }),
      ),
    );
  }
  return results;
}

function titleFor({ language }: Context, entry: TimelineEntry | undefined): string | undefined {
  return language === 'zh' ? (entry?.titleZh ?? entry?.title) : entry?.title;
}

function patientOf(resource: Resource): string | undefined {
  return (resource.subject as { reference?: string } | undefined)?.reference?.split('/')[1];
}

/** The message desk, for those who settle what could not be read. */
export async function listMessages(ctx: Context, filter: MessageFilter) {
  ctx.require('kernel.dead-letter.read');
  const messages = await findMessages(ctx.db, filter);
  return messages.map((message) => ({ ...message, reason: reasonFor(ctx, message), key: keyText(message) }));
}

/** One message, segment by segment, with what it became. A person's data are in it: the reading is recorded. */
export async function showMessage(ctx: Context, key: MessageKey) {
  ctx.require('kernel.dead-letter.read');
  const { raw, ...message } = await getMessage(ctx.db, key);
  const patients = message.patient === null ? [] : [message.patient];
  await recordRead(ctx, { act: 'records.message-read', subject: `message/${message.id}`, patients });
  return { ...message, reason: reasonFor(ctx, message), key: keyText(message), ...segmentsOf(raw) };
}

function reasonFor({ language }: Context, { reason }: { reason: string | null }): string | null {
  return reason === null ? null : translate(reason, language);
}

/** The segments where the message can be read, else its bytes as text, unreadable ones replaced. */
function segmentsOf(raw: Buffer): { segments?: { name: string; fields: string[] }[]; text: string } {
  const text = raw.toString('utf8');
  let message: Message;
  try {
    message = parseMessage(raw);
  } catch (error) {
    if (error instanceof Hl7Error) return { text };
    throw error;
  }
  const segments = message.segments.map(({ name, fields }) => ({ name, fields: fields.slice(1) }));
  return { segments, text: message.segments.map(({ line }) => line).join('\r') };
}

/** A message's key in one word, for addresses. */
function keyText({ part, id }: MessageKey): string {
  return `${Buffer.from(part).toString('base64url')}.${id}`;
}
