import {
  type AnyPart,
  type Element,
  type Holder,
  type Leaf,
  OBSERVATION,
  type Others,
  type Part,
  readStep,
  TELLING,
  type Tell,
  type Timing,
} from './layout.ts';
import type { RegionalItem } from './model.ts';
import { trimXml, type Xml } from './xml.ts';

/** What reading leaves behind: which pieces of the XML were understood, and truths that were none. */
export interface Reading {
  taken: Set<Xml>;
  /** attributes understood, by element; `#text` for its text */
  read: Map<Xml, Set<string>>;
  badFlags: { node: Xml; number: string; value: string }[];
}

/** Reads what `parts` describe out of `node` into a new object. */
export function readParts<T>(parts: Part<T>[], node: Xml, reading: Reading): T {
  const target: Holder = {};
  for (const part of parts as AnyPart[]) readPart(part, node, target, reading);
  return target as T;
}

function readPart(part: AnyPart, node: Xml, target: Holder, reading: Reading): void {
  switch (part.kind) {
    case 'leaf':
      readLeaf(part, node, target, reading);
      return;
    case 'element': {
      const all = candidates(part, node, reading);
      const chosen = part.gathers ? all : all.slice(Math.max(0, part.position - 1), Math.max(1, part.position));
      for (const found of chosen) readInside(part, found, target, reading);
      return;
    }
    case 'each': {
      const items: unknown[] = [];
      for (const found of candidates(part.element, node, reading)) {
        const item: Holder = {};
        readInside(part.element, found, item, reading);
        if (Object.keys(item).length > 0) items.push(item);
      }
      if (items.length > 0) target[part.key] = items;
      return;
    }
    case 'within': {
      const item = (target[part.key] as Holder | undefined) ?? {};
      for (const inner of part.parts) readPart(inner, node, item, reading);
      if (Object.keys(item).length > 0) target[part.key] = item;
      return;
    }
    case 'timing':
      readTiming(part, node, target, reading);
      return;
    case 'measured':
      readMeasured(node, target, reading);
      return;
    case 'others':
      readOthers(part, node, target, reading);
      return;
  }
}

function readInside(part: Element, found: Xml, target: Holder, reading: Reading): void {
  reading.taken.add(found);
  for (const name of Object.keys(part.silent ? found.attributes : part.fixed)) note(reading, found, name);
  for (const inner of part.parts) readPart(inner, found, target, reading);
}

function candidates(part: Element, node: Xml, reading: Reading): Xml[] {
  return node.children.filter((child) => {
    if (child.name !== part.name || !part.when(child)) return false;
    if (part.position === 0 && reading.taken.has(child)) return false;
    return (part.silent || agrees(child, part.fixed)) && part.tells.every((tell) => holds(child, tell));
  });
}

/** Whether the attributes by which an element is chosen say what they should; a code system or unit may go without saying. */
function agrees(node: Xml, fixed: Record<string, string>): boolean {
  return TELLING.every((name) => {
    const wanted = fixed[name];
    const said = node.attributes[name];
    return (
      wanted === undefined || said === wanted || (said === undefined && (name === 'codeSystem' || name === 'unit'))
    );
  });
}

function holds(node: Xml, tell: Tell, from = 0): boolean {
  if (from === tell.steps.length) return agrees(node, tell.fixed);
  return node.children.some((child) => child.name === tell.steps[from] && holds(child, tell, from + 1));
}

function readLeaf(leaf: Leaf, node: Xml, target: Holder, reading: Reading): void {
  if (leaf.at === '#null' && target[leaf.key] !== undefined) return;
  const raw = leaf.at === '#null' ? '' : trimXml(leaf.at === '#text' ? node.text : (node.attributes[leaf.at] ?? ''));
  if (raw === '') {
    const nullFlavor = node.attributes['nullFlavor'];
    if (!leaf.nullable || nullFlavor === undefined || nullFlavor === '') return;
    note(reading, node, 'nullFlavor');
    target[leaf.key] ??= { nullFlavor };
    return;
  }
  if (leaf.flag) {
    const truth = TRUTHS[raw];
    if (truth === undefined) reading.badFlags.push({ node, number: leaf.number, value: raw });
    else target[leaf.key] = truth;
    note(reading, node, leaf.at);
    return;
  }
  if (leaf.scheme !== '' && !raw.toLowerCase().startsWith(leaf.scheme)) return;
  note(reading, node, leaf.at);
  if (raw === leaf.byDefault) return;
  const value = trimXml(raw.slice(leaf.scheme.length));
  if (value === '') {
    // A number that is missing is written as its scheme alone: `tel:`.
    if (node.attributes['nullFlavor']) target[leaf.key] = { nullFlavor: node.attributes['nullFlavor'] };
    return;
  }
  // A street of several lines is several elements and one value.
  const before = target[leaf.key];
  target[leaf.key] = leaf.at === '#text' && typeof before === 'string' ? `${before}\n${value}` : value;
}
const TRUTHS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };

function note(reading: Reading, node: Xml, attribute: string): void {
  const known = reading.read.get(node);
  if (known === undefined) reading.read.set(node, new Set([attribute]));
  else known.add(attribute);
}

function readTiming(part: Timing, node: Xml, target: Holder, reading: Reading): void {
  for (const time of node.children.filter((child) => child.name === 'effectiveTime' && !reading.taken.has(child))) {
    const pieces = time.children.some((child) => child.name === 'comp') ? time.children : [time];
    reading.taken.add(time);
    for (const piece of pieces) {
      if (piece.name !== 'effectiveTime' && piece.name !== 'comp') continue;
      reading.taken.add(piece);
      readBounds(part, piece, target, reading);
    }
  }
}

function readBounds(part: Timing, piece: Xml, target: Holder, reading: Reading): void {
  if (piece.children.length === 0) readLeaf(part.start, piece, target, reading);
  for (const bound of piece.children) {
    const quantity = bound.name === 'width' ? 'duration' : bound.name === 'period' ? 'interval' : undefined;
    if (bound.name === 'low' && target['start'] === undefined) readLeaf(part.start, bound, target, reading);
    else if (bound.name === 'high' && target['end'] === undefined) readLeaf(part.end, bound, target, reading);
    else if (quantity !== undefined && part[quantity] !== undefined && target[quantity] === undefined) {
      const [value, unit] = part[quantity];
      const item: Holder = {};
      readLeaf(value, bound, item, reading);
      readLeaf({ ...unit, at: 'unit', nullable: false }, bound, item, reading);
      if (Object.keys(item).length > 0) target[quantity] = item;
    } else continue;
    reading.taken.add(bound);
  }
}

function readMeasured(node: Xml, target: Holder, reading: Reading): void {
  const value = node.children.find(
    (child) =>
      child.name === 'value' && /^(IVL_)?PQ$/.test(child.attributes['type'] ?? '') && !reading.taken.has(child),
  );
  if (value === undefined) return;
  const bound = (name: string): Xml | undefined =>
    value.children.find((child) => child.name === name && child.attributes['value'] !== undefined);
  const low = bound('low');
  const high = bound('high');
  // Between two bounds is more than the element can say: it is left, and told as not understood.
  if (low !== undefined && high !== undefined) return;
  const from = bound('center') ?? low ?? high ?? value;
  const number = from.attributes['value'];
  if (number === undefined) return;
  const unit = from.attributes['unit'];
  const isOpen = from.attributes['inclusive'] === 'false';
  const qualifier = from === low ? (isOpen ? '>' : '>=') : from === high ? (isOpen ? '<' : '<=') : undefined;
  target['result'] = {
    ...(qualifier === undefined ? {} : { qualifier }),
    value: number,
    ...(unit === undefined || unit === '' ? {} : { unit }),
  };
  reading.taken.add(value);
  for (const child of [from, ...value.children]) {
    reading.taken.add(child);
    for (const name of ['value', 'unit', 'nullFlavor']) note(reading, child, name);
  }
}

function readOthers(part: Others, node: Xml, target: Holder, reading: Reading): void {
  const [outer = '', inner] = part.steps.map((step) => readStep(step).name);
  const items: RegionalItem[] = [];
  for (const child of node.children) {
    if (child.name !== outer || reading.taken.has(child)) continue;
    const observation = inner === undefined ? child : child.children.find((found) => found.name === inner);
    const item = observation && readItem(observation);
    if (observation === undefined || item === undefined || (inner !== undefined && child.children.length !== 1))
      continue;
    items.push(item);
    for (const found of [child, observation, ...observation.children]) {
      reading.taken.add(found);
      for (const name of ['#text', ...Object.keys(found.attributes)]) note(reading, found, name);
    }
  }
  if (items.length > 0) target[part.key] = items;
}

/** An observation of a code and one simple value, or undefined when there is more in it. */
function readItem(observation: Xml): RegionalItem | undefined {
  const [code, value, ...more] = observation.children;
  if (code?.name !== 'code' || value?.name !== 'value' || more.length > 0) return undefined;
  if (code.children.length > 0 || value.children.length > 0 || code.text !== '') return undefined;
  const type = value.attributes['type'];
  const place = type === undefined ? undefined : (AT[type] ?? 'value');
  // A code of the standard that found no place is not regional: it is wrong, or there twice.
  const isStandard = code.attributes['codeSystem'] === OBSERVATION && /^\d+$/.test(code.attributes['code'] ?? '');
  if (isStandard && type !== 'CE') return undefined;
  if (place === undefined || value.attributes['codeSystemVersion'] !== undefined) return undefined;
  const said = place === '#text' ? value.text : value.attributes[place];
  const nullFlavor = value.attributes['nullFlavor'];
  return compact({
    code: code.attributes['code'],
    codeSystem: code.attributes['codeSystem'],
    name: code.attributes['displayName'],
    type,
    value: said || (nullFlavor === undefined ? undefined : { nullFlavor }),
    unit: value.attributes['unit'],
    valueSystem: value.attributes['codeSystem'],
    valueName: value.attributes['displayName'],
  });
}
/** Where HL7 data types have their value; elsewhere at `value`. */
export const AT: Record<string, string> = { CE: 'code', CD: 'code', CV: 'code', CS: 'code', ST: '#text', ED: '#text' };

/** An object without what is undefined or empty. */
export function compact<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== '')) as T;
}
