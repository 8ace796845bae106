import { CODE_LISTS, type CodeEntry } from './code-lists.ts';
import { ELEMENTS, type ElementRule } from './elements.ts';
import { messageParts } from './message.ts';
import type { CaseReport, Drug, Reaction } from './model.ts';
import { leavesOf } from './visit.ts';

/** A field of a form on a report. */
export interface FormField extends ElementRule {
  /** where its value stands in a CaseReport; `#` is a place in a list: `drugs.#.dosages.#.lot` */
  path: string;
  /** C.1, C.2.r, C.3, C.4.r, C.5, D, E.i, F.r, G.k, H, N.2.r */
  section: string;
  /** the answers, when they are from a list */
  answers?: readonly CodeEntry[];
}

const MATRIX: Record<string, string> = {
  recurrences: 'recurrence',
  unexpected: 'china.unexpected',
  dechallenges: 'china.dechallenge',
};

/**
 * All fields of a report, in the order of the guide.
 *
 * What the XML scatters over drugs and reactions is where a person looks for it: in `drugs.#.matrix.#`.
 */
export function formFields(): readonly FormField[] {
  return FIELDS;
}

const FIELDS: readonly FormField[] = fieldsOf();

function fieldsOf(): FormField[] {
  const fields = new Map<string, FormField>();
  leavesOf(messageParts, '', ({ number, path }) => {
    const rule = ELEMENTS.get(number);
    const place = gathered(path);
    if (rule === undefined || place === undefined || fields.has(place)) return;
    fields.set(place, {
      ...rule,
      path: place,
      section: /^([CN]\.\d+(\.r)?|E\.i|F\.r|G\.k|[DH])/.exec(number)?.[0] ?? number,
      ...(rule.list === undefined ? {} : { answers: CODE_LISTS[rule.list] }),
    });
  });
  const order = [...ELEMENTS.keys()];
  return [...fields.values()].sort((a, b) => order.indexOf(a.number) - order.indexOf(b.number));
}

/** Where a value that stands in the XML's lists stands in a report; undefined for what only binds them. */
function gathered(path: string): string | undefined {
  if (/^(reactions|drugs)\.#\.id$|(^|\.)(drugId|reactionId)$/.test(path)) return undefined;
  // Which code system an answer is from is no question to a person.
  if (/system$/i.test(path)) return undefined;
  if (path === 'roles.#.role') return 'drugs.#.role';
  const [, key, rest = ''] =
    /^drugs\.#\.(sinceStart|sinceLastDose|recurrences|unexpected|dechallenges)\.#\.(.*)$/.exec(path) ?? [];
  if (key !== undefined) return `drugs.#.matrix.#.${MATRIX[key] ?? key}${rest.replace(/^(interval|code)/, '')}`;
  return path.replace(/^assessments\.#/, 'drugs.#.matrix.#.assessments.#');
}

/**
 * A report to be typed in: what must be there is there and empty, no criterion of seriousness is met yet, no other case is known.
 *
 * @param ids of one reaction and one drug: UUIDs, made outside
 */
export function emptyReport(ids: { reaction: string; drug: string }): CaseReport {
  return {
    message: {},
    identification: { hasDocuments: false, hasOtherIds: NO_INFORMATION },
    reporters: [{ primary: '1' }],
    sender: {},
    patient: {},
    reactions: [emptyReaction(ids.reaction)],
    drugs: [emptyDrug(ids.drug)],
    narrative: {},
  };
}

const NO_INFORMATION = { nullFlavor: 'NI' };

/** A reaction without any criterion of seriousness. */
export function emptyReaction(id: string): Reaction {
  const none = NO_INFORMATION;
  return {
    id,
    seriousness: {
      death: none,
      lifeThreatening: none,
      hospitalisation: none,
      disabling: none,
      congenital: none,
      other: none,
    },
  };
}

/** A suspect drug, not yet named. */
export function emptyDrug(id: string): Drug {
  return { id, role: '1' };
}
