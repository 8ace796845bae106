import { type CaseReport, type FormField, formFields, isMissing } from '#standards/e2b';

/** The fields of a report, nested as its lists are: fields by their path from the entry, lists by theirs. */
export interface FieldGroup {
  fields: { key: string; field: FormField }[];
  lists: Map<string, FieldGroup>;
}

export const SECTIONS = [
  'identification',
  'reporters',
  'patient',
  'reactions',
  'drugs',
  'tests',
  'narrative',
  'sender',
  'literature',
  'study',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What the program fills in itself, and attachments, which are received and sent on but not typed. */
const NOT_TYPED =
  /^(message\.|identification\.(createdAt|revision|revisionReason)$|regional|patient\.regional|reactions\.#\.regional|drugs\.#\.regional|.*\.content\.)/;

/** What is asked without being asked for: enough for a valid report of a clinic. */
const USUAL = new Set(
  `C.1.3 C.1.4 C.1.5 C.1.7 C.2.r.1.4 C.2.r.2.1 C.2.r.2.7 C.2.r.3 C.2.r.4 C.3.1 C.3.2 D.1 D.1.1.3 D.2.1 D.2.2a D.2.2b D.3 D.5 D.7.2
   E.i.1.1a E.i.1.1b E.i.3.2a E.i.3.2b E.i.3.2c E.i.3.2d E.i.3.2e E.i.3.2f E.i.4 E.i.5 E.i.7 E.i.9 F.r.1 F.r.2.1 F.r.3.2 F.r.3.3 F.r.3.4
   G.k.1 G.k.2.2 G.k.4.r.1a G.k.4.r.1b G.k.4.r.4 G.k.4.r.5 G.k.4.r.7 G.k.4.r.10.1 G.k.7.r.1 G.k.8 G.k.CN.1 G.k.CN.4 H.1`.split(
    /\s+/,
  ),
);
const USUAL_LISTS = new Set(['reporters', 'reactions', 'drugs', 'tests', 'drugs.dosages', 'drugs.indications']);

export const isUsual = ({ number }: FormField): boolean => USUAL.has(number);
export const isUsualList = (path: string): boolean => USUAL_LISTS.has(path.replace(/\.\d+/g, ''));

let root: FieldGroup | undefined;

/** All fields as a tree, made once. */
function fieldTree(): FieldGroup {
  if (root !== undefined) return root;
  root = { fields: [], lists: new Map() };
  for (const field of formFields()) {
    if (NOT_TYPED.test(field.path)) continue;
    const parts = field.path.split('.#.');
    let group = root;
    for (const list of parts.slice(0, -1)) {
      let next = group.lists.get(list);
      if (next === undefined) {
        next = { fields: [], lists: new Map() };
        group.lists.set(list, next);
      }
      group = next;
    }
    group.fields.push({ key: parts.at(-1)!, field });
  }
  return root;
}

/** What belongs to a section that is an object: its fields and the lists in it. */
export function partOf(section: Section): FieldGroup {
  const { fields, lists } = fieldTree();
  return {
    fields: fields.filter(({ key }) => key.startsWith(`${section}.`)),
    lists: new Map([...lists].filter(([path]) => path === section || path.startsWith(`${section}.`))),
  };
}

type Node = { [key: string]: unknown };

export function valueAt(report: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (node as Node | undefined)?.[key], report);
}

/** The same report with another value at a path; objects and lists on the way are made, what was there stays as it was. */
export function withValue(report: CaseReport, path: string, value: unknown): CaseReport {
  const change = (node: unknown, [key = '', ...rest]: string[]): unknown => {
    const copy: Node | unknown[] = Array.isArray(node)
      ? [...node]
      : node === undefined || isMissing(node)
        ? /^\d+$/.test(key)
          ? []
          : {}
        : { ...(node as Node) };
    (copy as Node)[key] = rest.length === 0 ? value : change((node as Node | undefined)?.[key], rest);
    return copy;
  };
  return change(report, path.split('.')) as CaseReport;
}

export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return Object.values(value).some(isFilled);
}
