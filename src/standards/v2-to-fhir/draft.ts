import type { Identifier, Organization, Practitioner, Resource } from '@medplum/fhirtypes';
import type { Hl7Place, Segment, Value } from '#standards/hl7v2';
import type { Surroundings } from './data-types.ts';

/**
 * A resource read from a message, not yet placed in a record.
 *
 * All that refer to it hold the one `reference` object, so that a receiver who finds or gives the resource its id
 * writes it there once.
 */
export interface Draft<R extends Resource = Resource> {
  resource: R;
  reference: { reference: string };
  /**
   * What it is found again by. `identifiers`: anybody may know it under these. `slot`: it is the one of this name
   * within `of`, or within the message when `of` is absent.
   */
  identifiers: readonly Identifier[];
  slot: string;
  of?: Draft;
  /** What happens to one that is already in the record: the message's word counts, or only fills what is empty. */
  onExisting: 'override' | 'fill';
}

export interface MappingIssue {
  severity: 'warning' | 'information';
  code: 'required' | 'value' | 'not-supported' | 'structure';
  message: string;
  place?: Hl7Place;
}

/** Collects what a message says. Practitioners and organizations named more than once are drafted once. */
export class Drafts {
  readonly all: Draft[] = [];
  readonly issues: MappingIssue[] = [];
  readonly around: Surroundings;
  readonly #newId: () => string;
  readonly #named = new Map<string, Draft>();

  constructor(around: Surroundings, newId: () => string) {
    this.around = around;
    this.#newId = newId;
  }

  add<R extends Resource>(resource: R, how: Partial<Omit<Draft<R>, 'resource' | 'reference'>> = {}): Draft<R> {
    const draft: Draft<R> = {
      resource,
      reference: { reference: `urn:uuid:${this.#newId()}` },
      identifiers: how.identifiers ?? [],
      slot: how.slot ?? `${resource.resourceType}/${this.all.length}`,
      onExisting: how.onExisting ?? 'fill',
      ...(how.of === undefined ? {} : { of: how.of }),
    };
    this.all.push(draft);
    return draft;
  }

  /** The draft behind a reference that `party` gave; undefined for a name alone. */
  behind(reference: object | undefined): Draft | undefined {
    return reference && this.all.find((draft) => draft.reference === reference);
  }

  /** A reference to a party: a draft when it has an identifier, else its name alone. */
  party(resource: Practitioner | Organization | undefined): { reference: string } | { display: string } | undefined {
    if (resource === undefined) return undefined;
    const identifier = resource.identifier?.[0];
    const display = displayOf(resource);
    if (identifier?.value === undefined || identifier.system === undefined)
      return display === undefined ? undefined : { display };
    const key = `${resource.resourceType}|${identifier.system}|${identifier.value}`;
    const known = this.#named.get(key);
    if (known !== undefined) {
      fillGaps(known.resource as unknown as Record<string, unknown>, resource as unknown as Record<string, unknown>);
      return known.reference;
    }
    const draft = this.add<Practitioner | Organization>(resource, { identifiers: [identifier], slot: key });
    this.#named.set(key, draft as Draft);
    return draft.reference;
  }

  parties(
    segment: Segment,
    field: number,
    read: (value: Value, around: Surroundings) => Practitioner | Organization | undefined,
  ) {
    return segment
      .repetitions(field)
      .map((value) => this.party(read(value, this.around)))
      .filter((each) => each !== undefined);
  }

  warn(code: MappingIssue['code'], message: string, segment?: Segment, field?: number): void {
    const place = segment && {
      segment: segment.name,
      sequence: segment.sequence,
      ...(field === undefined ? {} : { field }),
    };
    this.issues.push({ severity: 'warning', code, message, ...(place === undefined ? {} : { place }) });
  }
}

function displayOf(resource: Practitioner | Organization): string | undefined {
  if (resource.resourceType === 'Organization') return resource.name;
  const name = resource.name?.[0];
  if (name === undefined) return undefined;
  return name.text ?? [...(name.prefix ?? []), ...(name.given ?? []), name.family].filter(Boolean).join(' ');
}

function fillGaps(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const key in source) target[key] ??= source[key];
}
