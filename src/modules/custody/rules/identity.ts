import { canonicalLink, checkDigit } from '#standards/epcis';
import facts from '../../../../facts/transport-conditions.json' with { type: 'json' };
import type { ThingKind, TransportClass } from '../model.ts';

/** One name for a thing however it is written: the canonical Digital Link, or the URI itself. */
export function nameOf(uri: string): string {
  return canonicalLink(uri) ?? uri;
}

const KINDS: readonly { form: RegExp; kind: ThingKind }[] = [
  { form: /^https:\/\/id\.gs1\.org\/8004\/6900001(.+)$/, kind: 'specimen' },
  { form: /^https:\/\/id\.gs1\.org\/8003\/\d{14}(.+)$/, kind: 'box' },
  { form: /^https:\/\/id\.gs1\.org\/8004\/6900002(.+)$/, kind: 'vehicle' },
  { form: /^https:\/\/id\.gs1\.org\/8004\/6900003(.+)$/, kind: 'device' },
];

/** What a thing is and what its label says. */
export function kindOf(part: string): { kind: ThingKind; code: string } {
  for (const { form, kind } of KINDS) {
    const code = form.exec(part)?.[1];
    if (code !== undefined) return { kind, code: decode(code) };
  }
  return { kind: 'other', code: part.replace(/^https:\/\/id\.gs1\.org\/\d+\//, '') };
}

export function specimenName(accession: string): string {
  return `https://id.gs1.org/8004/6900001${accession}`;
}

/** A device is called by its number, or by its whole individual asset identifier. */
export function deviceName(code: string): string {
  return `https://id.gs1.org/8004/${code.startsWith('6900003') ? code : `6900003${code}`}`;
}

/** A box by its serial under the asset type of its class, or by its whole name. */
export function boxName(text: string, type = '10001'): string {
  if (text.includes('/') || text.startsWith('urn:')) return nameOf(text);
  const body = `06900001${type}`.slice(0, 13);
  return `https://id.gs1.org/8003/${body}${checkDigit(body)}${text}`;
}

/** The global location number in the name of a place or party, or undefined. */
export function glnOf(name: string | undefined): string | undefined {
  return /^https:\/\/id\.gs1\.org\/41[47]\/(\d{13})/.exec(name ?? '')?.[1];
}

const CLASSES = facts.classes as readonly TransportClass[];
export const MAX_GAP_MINUTES = facts.maxGapMinutes.value;
export const SILENT_AFTER_MINUTES = facts.silentAfterMinutes.value;
export const CLOCK_AHEAD_MINUTES = facts.clockAheadMinutes.value;
export const KINETIC_SOURCE = facts.meanKineticTemperature.source;

/** The temperature class of a box, by the asset type in its GRAI; the first class for anything else. */
export function classOf(part: string): TransportClass {
  const type = /^https:\/\/id\.gs1\.org\/8003\/06900001(\d{5})/.exec(part)?.[1] ?? '';
  const id = (facts.assetTypes as Record<string, string>)[type];
  return CLASSES.find((each) => each.id === id) ?? CLASSES[0]!;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
