import {
  type AnyPart,
  type Element,
  type Holder,
  isConstant,
  type Leaf,
  type Measured,
  type Others,
  type Part,
  readStep,
  type Timing,
} from './layout.ts';
import { isMissing, type RegionalItem } from './model.ts';
import { AT, compact } from './read.ts';
import { newXml, trimXml, unwritable, type Xml } from './xml.ts';

/**
 * Writes what `parts` describe of `source` into `node`; answers whether there was anything.
 *
 * @throws RangeError when a text holds a character that XML cannot hold
 */
function writeParts<T>(parts: Part<T>[], source: T, node: Xml): boolean {
  let hasWritten = false;
  for (const part of parts as AnyPart[]) if (writePart(part, source as Holder, node)) hasWritten = true;
  return hasWritten;
}

/** Writes a whole document. */
export function writeRoot<T>(root: Part<T>, source: T): Xml {
  const holder = newXml('');
  writePart({ ...(root as Element), always: true }, source as Holder, holder);
  return holder.children[0] ?? holder;
}

function writePart(part: AnyPart, source: Holder, node: Xml): boolean {
  switch (part.kind) {
    case 'leaf':
      return writeLeaf(part, source, node);
    case 'element':
      return writeElement(part, source, node);
    case 'each': {
      const items = (source[part.key] ?? []) as Holder[];
      let hasWritten = false;
      for (const item of items) if (writeElement(part.element, item, node)) hasWritten = true;
      return hasWritten;
    }
    case 'within': {
      const inner = source[part.key] as Holder | undefined;
      return inner !== undefined && writeParts(part.parts as Part<Holder>[], inner, node);
    }
    case 'timing':
      return writeTiming(part, source, node);
    case 'measured':
      return writeMeasured(part, source, node);
    case 'others':
      return writeOthers(part, source, node);
  }
}

function writeElement(part: Element, source: Holder, node: Xml): boolean {
  const child = newXml(part.name);
  let hasWritten = false;
  for (const inner of part.parts) {
    if (inner.kind === 'element' && isConstant(inner)) child.children.push(constant(inner));
    else if (writePart(inner, source, child)) hasWritten = true;
  }
  if (!hasWritten && !part.always) return false;
  const isNull = child.attributes['nullFlavor'] !== undefined;
  const fixed = Object.entries(part.fixed).filter(([name]) => !(isNull && name === 'codeSystem'));
  child.attributes = { ...Object.fromEntries(fixed), ...child.attributes };
  if (part.position > 1) fillUp(node, part);
  for (const piece of splitLines(child)) node.children.push(piece);
  return hasWritten;
}

function constant(part: Element): Xml {
  const inner = part.parts.map((child) => constant(child as Element));
  return { ...newXml(part.name), attributes: { ...part.fixed }, children: inner };
}

/** The schema has no middle name: it is the second given name, so that there must be a first. */
function fillUp(node: Xml, part: Element): void {
  const there = node.children.filter((child) => child.name === part.name).length;
  for (let i = there; i < part.position - 1; i++) node.children.push(newXml(part.name));
}

function splitLines(child: Xml): Xml[] {
  if (child.name !== 'streetAddressLine' || !child.text.includes('\n')) return [child];
  const lines = child.text.split('\n').filter((line) => trimXml(line) !== '');
  return lines.map((line) => ({ ...child, text: line }));
}

function writeLeaf(leaf: Leaf, source: Holder, node: Xml): boolean {
  if (leaf.at === '#null') return false;
  const value = source[leaf.key] as string | boolean | undefined;
  if (value === undefined || value === '') {
    // A code without its system would be another code.
    if (leaf.byDefault !== '' && NAMED.some((name) => node.attributes[name])) node.attributes[leaf.at] = leaf.byDefault;
    return false;
  }
  if (isMissing(value)) {
    if (leaf.scheme !== '') node.attributes[leaf.at] = leaf.scheme;
    node.attributes['nullFlavor'] = writable(value.nullFlavor, leaf);
    return true;
  }
  const said = leaf.scheme + writable(String(value), leaf);
  if (leaf.at === '#text') node.text = said;
  else node.attributes[leaf.at] = said;
  return true;
}

const NAMED = ['code', 'extension'];

function writable(value: string, leaf: { number: string; key: string }): string {
  const bad = unwritable(value);
  if (bad === undefined) return value;
  const point = bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  throw new RangeError(`${leaf.number} (${leaf.key}) holds the character U+${point}, which XML cannot hold`);
}

function writeTiming(part: Timing, source: Holder, node: Xml): boolean {
  const low = bound('low', part.start, source);
  const high = bound('high', part.end, source);
  const width = amount('width', part.duration, source['duration']);
  const period = part.interval && amount('period', part.interval, source['interval']);
  // An interval of the schema holds two of low, width and high.
  const bounds = low && high && width ? [[low, high], [width]] : [[low, width, high]];
  const pieces = [
    ...(period === undefined ? [] : [{ type: 'PIVL_TS', inside: [period] }]),
    ...bounds.map((inside) => ({ type: 'IVL_TS', inside: inside.filter((one) => one !== undefined) })),
  ].filter((piece) => piece.inside.length > 0);
  if (pieces.length === 0) return false;

  const comps = pieces.map(({ type, inside }, index) => ({
    ...newXml('comp'),
    attributes: { type, ...(index === 0 ? {} : { operator: 'A' }) },
    children: inside,
  }));
  const only = comps.length === 1 ? comps[0] : undefined;
  node.children.push(
    only === undefined
      ? { ...newXml('effectiveTime'), attributes: { type: 'SXPR_TS' }, children: comps }
      : { ...only, name: 'effectiveTime' },
  );
  return true;
}

function bound(name: string, leaf: Leaf, source: Holder): Xml | undefined {
  const node = newXml(name);
  return writeLeaf(leaf, source, node) ? node : undefined;
}

function amount(name: string, [value, unit]: [Leaf, Leaf], source: unknown): Xml | undefined {
  const node = newXml(name);
  if (source === undefined) return undefined;
  const hasValue = writeLeaf(value, source as Holder, node);
  const hasUnit = writeLeaf({ ...unit, at: 'unit' }, source as Holder, node);
  return hasValue || hasUnit ? node : undefined;
}

function writeMeasured(part: Measured, source: Holder, node: Xml): boolean {
  const result = source['result'] as { qualifier?: string; value?: string; unit?: string } | undefined;
  if (result?.value === undefined || result.value === '') return false;
  const number = newXml('center');
  number.attributes['value'] = writable(result.value, part.value);
  if (result.unit !== undefined && result.unit !== '') number.attributes['unit'] = writable(result.unit, part.unit);
  const { qualifier = '' } = result;
  const open = (name: string, nullFlavor: string): Xml => ({ ...newXml(name), attributes: { nullFlavor } });
  const closed = (name: string): Xml => ({
    ...number,
    name,
    attributes: { ...number.attributes, inclusive: String(qualifier.endsWith('=')) },
  });
  const inside = qualifier.startsWith('<')
    ? [open('low', 'NINF'), closed('high')]
    : qualifier.startsWith('>')
      ? [closed('low'), open('high', 'PINF')]
      : [number];
  node.children.push({ ...newXml('value'), attributes: { type: 'IVL_PQ' }, children: inside });
  return true;
}

function writeOthers(part: Others, source: Holder, node: Xml): boolean {
  const items = (source[part.key] ?? []) as RegionalItem[];
  for (const item of items) {
    const leaf = { number: part.key, key: item.code ?? '' };
    const say = (value: string | undefined): string | undefined =>
      value === undefined ? undefined : writable(value, leaf);
    const place = AT[item.type ?? ''] ?? 'value';
    const value = newXml('value');
    const said = isMissing(item.value) ? undefined : say(item.value);
    value.attributes = compact<Record<string, string>>({
      type: say(item.type),
      [place]: place === '#text' ? undefined : said,
      nullFlavor: isMissing(item.value) ? say(item.value.nullFlavor) : undefined,
      unit: say(item.unit),
      codeSystem: say(item.valueSystem),
      displayName: say(item.valueName),
    });
    if (place === '#text' && said !== undefined) value.text = said;
    const code = newXml('code');
    code.attributes = compact<Record<string, string>>({
      code: say(item.code),
      codeSystem: say(item.codeSystem),
      displayName: say(item.name),
    });
    const [outer = '', inner] = part.steps;
    const inside = {
      ...newXml(readStep(inner ?? outer).name),
      attributes: readStep(inner ?? outer).fixed,
      children: [code, value],
    };
    node.children.push(
      inner === undefined
        ? inside
        : { ...newXml(readStep(outer).name), attributes: readStep(outer).fixed, children: [inside] },
    );
  }
  return items.length > 0;
}
