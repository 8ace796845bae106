import type { Tx } from '#kernel/context';
import type { Resource } from '#kernel/fhir';
import type { Draft, Mapping } from '#standards/v2-to-fhir';
import {
  firstCode,
  idFrom,
  idWithin,
  isKnownByNumber,
  keysOf,
  keysWithin,
  mergeInto,
  replacementOf,
} from '../rules.ts';
import { findByIdentifiers, findContents, findIdentities, type Identity, lockIdentities } from '../store/index.ts';

/** What a message says, and a name for the message itself that never changes. */
export interface Placeable {
  mapping: Mapping;
  scope: string;
}

export interface Placed {
  /** The resources to write for each message, in the order of the messages; one that is there already and needs no change is left out. */
  resources: Resource[][];
  /** Numbers that were not known before. */
  identities: Identity[];
  /** Numbers of merged patients, which lead to the survivor now. */
  moved: Identity[];
}

interface Home {
  id: string;
  home: string;
}

/**
 * Finds for every draft the resource of the record that it speaks of, or makes up its id, and merges the two.
 *
 * A whole batch costs four queries, whatever it says. Ids follow from what a thing is known by, so that two who make the same thing
 * at once make it once.
 */
export async function placeDrafts(tx: Tx, batch: readonly Placeable[]): Promise<Placed> {
  const drafts = batch.flatMap(({ mapping }) => mapping.drafts);
  const known = await lookUp(tx, drafts.flatMap(keysOf), drafts);
  const contents = await loadContents(tx, known);
  const within = await lookUpWithin(tx, batch, known, contents);
  await loadContents(tx, within, contents);

  const identities = new Map<string, Identity>();
  const moved = new Map<string, Identity>();
  const learn = (keys: readonly string[], found: Home): void => {
    for (const key of keys) {
      if (known.has(key)) continue;
      known.set(key, found);
      identities.set(key, { part: key, ...found });
    }
  };
  for (const [key, found] of within) known.set(key, found);

  const resources = batch.map(({ mapping, scope }) => {
    const patient = placePatient(mapping.patient, scope, known, contents);
    learn(keysOf(mapping.patient), { id: patient, home: patient });
    const ids = new Map<Draft, string>([[mapping.patient as Draft, patient]]);
    for (const draft of mapping.drafts) {
      if (draft === (mapping.patient as Draft)) continue;
      const place = placeOne(draft, { scope, patient, known, ids });
      ids.set(draft, place.id);
      learn([...keysOf(draft), ...keysWithin(draft, patient)], place);
      if (draft === (mapping.merged as Draft | undefined)) redirect(keysOf(draft), patient, known, moved);
    }
    return mapping.drafts.flatMap((draft) => merged(draft, ids.get(draft)!, contents));
  });
  return { resources, identities: inOrder(identities, moved), moved: inOrder(moved) };
}

/** In a fixed order, so that two writers do not wait for each other in a circle. */
function inOrder(identities: ReadonlyMap<string, Identity>, but?: ReadonlyMap<string, unknown>): Identity[] {
  const kept = [...identities.values()].filter(({ part }) => but?.has(part) !== true);
  return kept.sort((one, other) => (one.part < other.part ? -1 : 1));
}

interface Surroundings {
  scope: string;
  patient: string;
  known: ReadonlyMap<string, Home>;
  ids: ReadonlyMap<Draft, string>;
}

function placePatient(
  draft: Draft,
  scope: string,
  known: ReadonlyMap<string, Home>,
  contents: ReadonlyMap<string, Resource>,
): string {
  const keys = keysOf(draft);
  const found = keys.map((key) => known.get(key)).find((each) => each !== undefined);
  const id = found === undefined ? idFrom(keys[0] ?? `${scope}\n${draft.slot}`) : survivor(found.id, contents);
  draft.reference.reference = `Patient/${id}`;
  return id;
}

/** Follows merges to the person's record of today. */
function survivor(id: string, contents: ReadonlyMap<string, Resource>): string {
  let today = id;
  const seen = new Set<string>();
  while (!seen.has(today)) {
    seen.add(today);
    const content = contents.get(`Patient/${today}`);
    const next = content && replacementOf(content);
    if (next === undefined) break;
    today = next;
  }
  return today;
}

function placeOne(draft: Draft, { scope, patient, known, ids }: Surroundings): Home {
  const type = draft.resource.resourceType;
  const keys = [...keysOf(draft), ...keysWithin(draft, patient)];
  const found =
    keys.map((key) => known.get(key)).find((each) => each !== undefined) ??
    (type === 'ServiceRequest' ? anyOfNumber(keys, known, ids) : undefined);
  const isOfPatient = OF_PATIENT.has(type);
  const place = found ?? newPlace();
  draft.reference.reference = `${type}/${place.id}`;
  return place;

  function newPlace(): Home {
    const owner = draft.of === undefined ? undefined : ids.get(draft.of);
    const own = idFrom(
      keys[0] ?? (owner === undefined ? `${scope}\n${type}\n${draft.slot}` : `${owner}\n${type}\n${draft.slot}`),
    );
    return isOfPatient ? { id: idWithin(patient, own), home: patient } : { id: own, home: own };
  }
}

const OF_PATIENT: ReadonlySet<string> = new Set([
  'Encounter',
  'ServiceRequest',
  'Specimen',
  'DiagnosticReport',
  'Observation',
  'RelatedPerson',
]);

/** The order of this number, whatever its code, unless this very message speaks of it by another code as well. */
function anyOfNumber(
  keys: readonly string[],
  known: ReadonlyMap<string, Home>,
  ids: ReadonlyMap<Draft, string>,
): Home | undefined {
  for (const key of keys) {
    const found = known.get(bare(key));
    if (found !== undefined && ![...ids.values()].includes(found.id)) return found;
  }
  return undefined;
}

function bare(key: string): string {
  const end = key.lastIndexOf('#');
  return end < 0 ? key : key.slice(0, end);
}

/** Whoever is asked for under the merged numbers is the survivor from now on. */
function redirect(
  keys: readonly string[],
  patient: string,
  known: Map<string, Home>,
  moved: Map<string, Identity>,
): void {
  for (const key of keys) {
    known.set(key, { id: patient, home: patient });
    moved.set(key, { part: key, id: patient, home: patient });
  }
}

/** The resource to write, if anything about it is new; what is written becomes the state that later messages meet. */
function merged(draft: Draft, id: string, contents: Map<string, Resource>): Resource[] {
  const key = `${draft.resource.resourceType}/${id}`;
  const before = contents.get(key);
  const after = before === undefined ? { ...(draft.resource as unknown as Resource), id } : mergeInto(before, draft);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(after)) return [];
  contents.set(key, after);
  return [after];
}

/** Where the numbers of these drafts are known: here, or to whoever wrote the resource through another door. */
async function lookUp(tx: Tx, keys: readonly string[], drafts: readonly Draft[]): Promise<Map<string, Home>> {
  const asked = [...new Set([...keys, ...keys.map(bare)])];
  const known = await findIdentities(tx, asked);
  const isMissing = (draft: Draft): boolean =>
    isKnownByNumber(draft.resource.resourceType) && keysOf(draft).every((key) => !known.has(key));
  const shared = drafts.filter((draft) => SHARED.has(draft.resource.resourceType) && isMissing(draft)).flatMap(keysOf);
  if (shared.length > 0) {
    // Whoever makes one of them first holds it until it is made; the others then find it.
    await lockIdentities(tx, shared);
    for (const [key, found] of await findIdentities(tx, shared)) known.set(key, found);
  }
  const missing = drafts.filter(isMissing);
  for (const { type, id, home, content } of await findByIdentifiers(
    tx,
    missing.map(({ resource, identifiers }) => ({ type: resource.resourceType, identifiers })),
  )) {
    const resource = content as Resource & { identifier?: { system?: string; value?: string }[] };
    const code = type === 'ServiceRequest' ? firstCode(resource as never) : undefined;
    for (const { system, value } of resource.identifier ?? []) {
      const key = `${type}|${system}|${value}`;
      for (const each of code === undefined ? [key] : [key, `${key}#${code}`])
        if (!known.has(each)) known.set(each, { id, home });
    }
  }
  return known;
}

/** What the messages of many patients speak of, or of one patient the messages of many senders. */
const SHARED: ReadonlySet<string> = new Set(['Patient', 'Practitioner', 'Organization', 'Location']);

/** Once the patients are known: numbers that count for one patient only. */
async function lookUpWithin(
  tx: Tx,
  batch: readonly Placeable[],
  known: ReadonlyMap<string, Home>,
  contents: ReadonlyMap<string, Resource>,
): Promise<Map<string, Home>> {
  const keys = new Set<string>();
  for (const { mapping } of batch) {
    const found = keysOf(mapping.patient)
      .map((key) => known.get(key))
      .find((each) => each !== undefined);
    if (found === undefined) continue;
    const patient = survivor(found.id, contents);
    for (const draft of mapping.drafts)
      if (keysOf(draft).every((key) => !known.has(key)))
        for (const key of keysWithin(draft, patient)) keys.add(key).add(bare(key));
  }
  return findIdentities(tx, [...keys]);
}

/** Only what a message merges with is read; observations are replaced as a whole. */
async function loadContents(
  tx: Tx,
  known: ReadonlyMap<string, Home>,
  into = new Map<string, Resource>(),
): Promise<Map<string, Resource>> {
  let wanted = [...known].map(([key, home]) => ({ type: key.slice(0, key.indexOf('|')), ...home }));
  while (wanted.length > 0) {
    const missing = [...new Map(wanted.map((each) => [`${each.type}/${each.id}`, each])).values()].filter(
      (each) => !into.has(`${each.type}/${each.id}`),
    );
    for (const resource of await findContents(tx, missing))
      into.set(`${resource.resourceType}/${resource.id}`, resource);
    // A merged patient leads to another one, which is read next.
    wanted = missing.flatMap(({ type, id }) => {
      const content = type === 'Patient' ? into.get(`Patient/${id}`) : undefined;
      const next = content && replacementOf(content);
      return next === undefined ? [] : [{ type: 'Patient', id: next, home: next }];
    });
  }
  return into;
}
