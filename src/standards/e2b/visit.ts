import { type AnyPart, type Element, type Holder, type Leaf, type Part, TELLING } from './layout.ts';
import { isMissing } from './model.ts';

/** A value of a report, there or not. */
export interface Visited {
  number: string;
  key: string;
  value: unknown;
  /** the object that holds it */
  holder: Holder;
  /** its way through the objects, e.g. `drugs.0.name` */
  path: string;
  xpath: string;
  /** which repetition of each list on the way, from 1 */
  at: number[];
}

/** Where a visit is. */
export interface Place {
  path: string;
  xpath: string;
  at: number[];
}

/** An object that is written elsewhere than it stands in the report says where it stands. */
export const STANDS = Symbol('where an object stands in the report');

/** Visits every value that has a place in the objects that are there, whether it is filled or not, in the order of the XML. */
export function visitParts<T>(parts: Part<T>[], source: T, place: Place, visit: (value: Visited) => void): void {
  for (const part of parts as AnyPart[]) visitPart(part, source as Holder, place, visit);
}

function visitPart(part: AnyPart, source: Holder, place: Place, visit: (value: Visited) => void): void {
  switch (part.kind) {
    case 'leaf':
      visitLeaf(part, source, place, visit);
      break;
    case 'element': {
      const inner = { ...place, xpath: `${place.xpath}/${stepOf(part)}` };
      visitParts(part.parts as Part<Holder>[], source, inner, visit);
      break;
    }
    case 'each': {
      const items = (source[part.key] ?? []) as (Holder & { [STANDS]?: { path: string; at: number[] } })[];
      items.forEach((item, index) => {
        const stands = item[STANDS] ?? { path: join(place.path, `${part.key}.${index}`), at: [...place.at, index + 1] };
        const inner = { ...stands, xpath: `${place.xpath}/${stepOf(part.element)}[${index + 1}]` };
        visitParts(part.element.parts as Part<Holder>[], item, inner, visit);
      });
      break;
    }
    case 'within': {
      // What is mandatory in an object that is not there is missing all the same.
      const inner = (source[part.key] ?? {}) as Holder;
      visitParts(part.parts as Part<Holder>[], inner, { ...place, path: join(place.path, part.key) }, visit);
      break;
    }
    case 'timing': {
      const time = { ...place, xpath: `${place.xpath}/effectiveTime` };
      visitLeaf(part.start, source, { ...time, xpath: `${time.xpath}//low` }, visit);
      visitLeaf(part.end, source, { ...time, xpath: `${time.xpath}//high` }, visit);
      visitQuantity(part.duration, source, 'duration', { ...time, xpath: `${time.xpath}//width` }, visit);
      if (part.interval === undefined) break;
      visitQuantity(part.interval, source, 'interval', { ...time, xpath: `${time.xpath}//period` }, visit);
      break;
    }
    case 'measured':
      visitQuantity(
        [part.value, part.unit],
        source,
        'result',
        { ...place, xpath: `${place.xpath}/value[@xsi:type='IVL_PQ']/*` },
        visit,
      );
      break;
    case 'others':
  }
}

function visitQuantity(
  [value, unit]: [Leaf, Leaf],
  source: Holder,
  key: string,
  place: Place,
  visit: (value: Visited) => void,
): void {
  const inner = source[key] as Holder | undefined;
  if (inner === undefined) return;
  const there = { ...place, path: join(place.path, key) };
  visitLeaf(value, inner, there, visit);
  visitLeaf({ ...unit, at: 'unit' }, inner, there, visit);
}

function visitLeaf(leaf: Leaf, holder: Holder, place: Place, visit: (value: Visited) => void): void {
  if (leaf.at === '#null') return;
  const value = holder[leaf.key];
  const end = leaf.at === '#text' ? 'text()' : `@${leaf.at}`;
  visit({
    number: leaf.number,
    key: leaf.key,
    value,
    holder,
    path: join(place.path, leaf.key),
    // What is missing is written without a code system.
    xpath: isMissing(value)
      ? `${place.xpath.replace(/\[@codeSystem='[^']*'\]$/, '')}/@nullFlavor`
      : `${place.xpath}/${end}`,
    at: place.at,
  });
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The step of an XPath: the name and all by which the element is known. */
function stepOf(part: Element): string {
  const own = TELLING.filter((name) => part.fixed[name] !== undefined).map(
    (name) => `[@${name}='${part.fixed[name]}']`,
  );
  const inner = (part.told ? [] : part.tells).map(({ steps, fixed }) => {
    const last = TELLING.filter((name) => fixed[name] !== undefined).map((name) => `[@${name}='${fixed[name]}']`);
    return `[${steps.join('/')}${last.join('')}]`;
  });
  const position = part.position === 0 ? '' : `[${part.position}]`;
  return part.name + own.join('') + inner.join('') + part.predicate + position;
}

/** Every value that the parts have a place for, without any object. */
export function leavesOf<T>(
  parts: Part<T>[],
  prefix: string,
  visit: (leaf: { number: string; path: string; flag: boolean }) => void,
): void {
  for (const part of parts as AnyPart[]) leaves(part, prefix, visit);
}

function leaves(
  part: AnyPart,
  prefix: string,
  visit: (leaf: { number: string; path: string; flag: boolean }) => void,
): void {
  const add = (leaf: Leaf, key: string): void =>
    visit({ number: leaf.number, path: join(prefix, key), flag: leaf.flag });
  if (part.kind === 'leaf') {
    if (part.at !== '#null') add(part, part.key);
  } else if (part.kind === 'element') leavesOf(part.parts as Part<Holder>[], prefix, visit);
  else if (part.kind === 'each') leavesOf(part.element.parts as Part<Holder>[], join(prefix, `${part.key}.#`), visit);
  else if (part.kind === 'within') leavesOf(part.parts as Part<Holder>[], join(prefix, part.key), visit);
  else if (part.kind === 'measured') {
    add(part.value, 'result.value');
    add(part.unit, 'result.unit');
  } else if (part.kind === 'timing') {
    add(part.start, 'start');
    add(part.end, 'end');
    add(part.duration[0], 'duration.value');
    add(part.duration[1], 'duration.unit');
    if (part.interval === undefined) return;
    add(part.interval[0], 'interval.value');
    add(part.interval[1], 'interval.unit');
  }
}
