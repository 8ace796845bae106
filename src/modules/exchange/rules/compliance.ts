import calendarFacts from '../../../../facts/exchange/calendar.json' with { type: 'json' };
import complianceFacts from '../../../../facts/exchange/compliance.json' with { type: 'json' };
import type {
  Answers,
  ComplianceItem,
  EvidenceFile,
  ExportDuty,
  ExportFigures,
  Findings,
  ItemVerdict,
  Measured,
  Missing,
  OfferingDefinition,
} from '../model.ts';

const ITEMS = complianceFacts.items as unknown as readonly ComplianceItem[];

/** What is examined of an offering that is delivered so. */
export function itemsFor({ ways }: Pick<OfferingDefinition, 'ways'>): ComplianceItem[] {
  return ITEMS.filter((item) => item.ways === undefined || item.ways.some((way) => ways.includes(way)));
}

/** What the holder has still to answer or to prove. */
export function unanswered(
  items: readonly ComplianceItem[],
  answers: Answers,
  files: readonly EvidenceFile[],
): Missing[] {
  const missing: Missing[] = [];
  for (const { id, choices, file = [] } of items) {
    if (choices === undefined) continue;
    const answer = answers[id];
    const choice = choices.find((each) => each.id === answer?.choice);
    if (choice === undefined || answer?.words.trim() === '') missing.push({ key: 'answer', what: id });
    else if (file.includes(choice.id) && !files.some(({ item }) => item === id))
      missing.push({ key: 'evidence', what: id });
    if (id === 'export' && answer?.choice === 'abroad' && answer.export === undefined)
      missing.push({ key: 'exportFigures', what: id });
  }
  return missing;
}

/** Items for which nobody can approve the version: what was answered refuses it, or what was found does not hold. */
export function refusalsOf(
  items: readonly ComplianceItem[],
  answers: Answers,
  found: ReadonlyMap<string, Measured>,
): string[] {
  return items
    .filter(({ id, choices }) => {
      const refuses = choices?.some((choice) => choice.id === answers[id]?.choice && choice.refuses === true);
      return refuses === true || found.get(id)?.holds === false;
    })
    .map(({ id }) => id);
}

export function needsFourEyes(items: readonly ComplianceItem[], answers: Answers): boolean {
  return items.some(({ id, choices }) =>
    choices?.some((choice) => choice.id === answers[id]?.choice && choice.fourEyes === true),
  );
}

/** Items that an approval needs a verdict of: all, and none of them unsatisfied. */
export function unjudged(items: readonly ComplianceItem[], verdicts: Readonly<Record<string, ItemVerdict>>): string[] {
  return items
    .filter(({ id }) => verdicts[id] === undefined || verdicts[id].verdict === 'unsatisfied')
    .map(({ id }) => id);
}

/** What the program finds of the measured items. */
export function measureItems(
  items: readonly ComplianceItem[],
  answers: Answers,
  findings: Findings,
): Map<string, Measured> {
  const found = new Map<string, Measured>();
  for (const { id, measured } of items)
    if (measured !== undefined) found.set(id, MEASURES[measured](findings, answers[id]?.export, answers[id]?.choice));
  return found;
}

type Measure = (findings: Findings, figures: ExportFigures | undefined, choice: string | undefined) => Measured;

const MEASURES: Readonly<Record<NonNullable<ComplianceItem['measured']>, Measure>> = {
  gate: ({ content, digest }) => ({
    holds: content?.releaseId != null && content.digest === digest,
    figures: { rows: content?.rows ?? null, release: content?.releaseId ?? null },
  }),
  quality: ({ content }) => {
    const quality = content?.quality;
    const { ageDays = null, freshDays = null } = quality?.timeliness ?? {};
    return {
      holds: quality != null && (freshDays === null || (ageDays ?? 0) <= freshDays),
      figures: {
        completeness: quality?.completeness ?? null,
        validity: quality?.validity ?? null,
        uniqueness: quality?.uniqueness ?? null,
        ...(ageDays !== null && { ageDays }),
        ...(freshDays !== null && { freshDays }),
      },
    };
  },
  terms: ({ definition: { terms } }) => ({
    holds: terms.purposes.length > 0,
    figures: { purposes: terms.purposes.join(', '), mayPassOn: terms.mayPassOn },
  }),
  pricing: ({ definition: { prices, sources } }) => ({
    holds: prices.length > 0 && sources.reduce((sum, { share }) => sum + share, 0) === 10_000,
    figures: { prices: prices.length, sources: sources.length },
  }),
  connectivity: ({ readable }) => ({ holds: readable, figures: { readable } }),
  export: ({ exported }, figures, choice) => {
    if (choice !== 'abroad' || figures === undefined) return { holds: true, figures: { persons: 0 } };
    const persons = exported.persons + figures.persons;
    const sensitive = exported.sensitive + (figures.sensitive ? figures.persons : 0);
    return {
      // What the duty demands is proved by the file that the answer needs: an assessor looks whether it is that one.
      holds: true,
      figures: { persons, sensitive, duty: exportDuty({ persons, sensitive, critical: figures.critical }) },
    };
  },
};

/**
 * What must be done before personal information goes abroad, by the persons counted since 1 January, those of this version included.
 * Important data always need the assessment; they are the item classification.
 *
 * @param persons   all of them
 * @param sensitive those with sensitive information
 *
 * Source: Cyberspace Administration of China, provisions on promoting and regulating cross-border data flows, 2024-03-22, art. 5, 7, 8.
 */
export function exportDuty({
  persons,
  sensitive,
  critical,
}: {
  persons: number;
  sensitive: number;
  critical: boolean;
}): ExportDuty {
  const plain = persons - sensitive;
  if (persons > 0 && critical) return 'security-assessment';
  if (plain >= 1_000_000 || sensitive >= 10_000) return 'security-assessment';
  if (plain >= 100_000 || sensitive > 0) return 'contract-or-certification';
  return 'exempt';
}

const YEARS = calendarFacts.years as Readonly<Record<string, { off: string[]; worked: string[] }>>;
const DAY_MS = 86_400_000;
/** China has one time. */
const OFFSET_MS = 8 * 3_600_000;

/** Whether a day is a public holiday in mainland China, and whether those of its year are on record. */
export function publicHoliday(day: string): { isOff: boolean; isKnown: boolean } {
  const year = YEARS[day.slice(0, 4)];
  return { isOff: year?.off.includes(day) === true, isKnown: year !== undefined };
}

/**
 * The end of the last of so many working days, the first being the one after today, in China.
 *
 * @returns when it ends, and whether the days off of all its years are known
 */
export function addWorkingDays(from: Date, days: number): { until: Date; calendarKnown: boolean } {
  if (days === 0) return { until: from, calendarKnown: true };
  let day = Math.floor((from.getTime() + OFFSET_MS) / DAY_MS);
  let calendarKnown = true;
  for (let left = days; left > 0; ) {
    day += 1;
    const date = new Date(day * DAY_MS);
    const text = date.toISOString().slice(0, 10);
    const year = YEARS[text.slice(0, 4)];
    if (year === undefined) calendarKnown = false;
    const isWeekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
    const isWorked = year?.worked.includes(text) === true || (!isWeekend && year?.off.includes(text) !== true);
    if (isWorked) left -= 1;
  }
  return { until: new Date((day + 1) * DAY_MS - OFFSET_MS), calendarKnown };
}
