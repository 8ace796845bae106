import type { Block, PrintedDocument } from '#kernel/document';
import {
  type Alarm,
  type AlarmEvent,
  type AlarmGround,
  type CaseDefinition,
  type DiseaseCurve,
  EVERYWHERE,
  factsOf,
  type LineListRow,
  type Outlook,
  WORDS,
} from '../model.ts';
import { dayNumber } from './calendar.ts';
import { nameOfPlace } from './places.ts';
import { PRINT_WORDS } from './print-words.ts';

type Language = 'en' | 'zh';

/** What the report of an alarm is made from; of what is absent nothing is said. */
export interface AlarmPrint {
  alarm: Alarm;
  events: readonly AlarmEvent[];
  definition?: CaseDefinition;
  curve?: DiseaseCurve;
  outlook?: Outlook;
  cases?: { rows: readonly LineListRow[]; more: boolean; isNamed: boolean };
  /** Who made it. */
  by: string;
  at: Date;
  language: Language;
}

/** Everything known of an alarm, as it is handed on paper. */
export function alarmDocument(print: AlarmPrint): PrintedDocument {
  const { alarm, language, at } = print;
  const words = PRINT_WORDS[language];
  return {
    title: titleOf(print),
    language,
    at,
    about: `${words.alarm} ${alarm.id}`,
    blocks: [
      ...summary(print),
      ...pictureOf(print),
      ...groundsOf(print),
      ...spreadOf(print),
      ...casesOf(print),
      ...actsOf(print),
      ...methodsOf(print),
    ],
  };
}

function titleOf({ alarm: { subject, key }, definition, language }: AlarmPrint): string {
  const { place = '', productName, reactionName, lot } = subject as Record<string, string | undefined>;
  const separator = PRINT_WORDS[language].separator;
  if (productName !== undefined && reactionName !== undefined)
    return [productName, reactionName, lot].filter(Boolean).join(separator);
  return definition === undefined ? key : `${definition.name[language]}${separator}${placeText(place, language)}`;
}

function placeText(place: string, language: Language): string {
  if (place === '') return PRINT_WORDS[language].unknown;
  return place === EVERYWHERE ? PRINT_WORDS[language].everywhere : nameOfPlace(place, language);
}

function summary({ alarm, events, language, by, at }: AlarmPrint): Block[] {
  const words = PRINT_WORDS[language];
  const closed = [...events].reverse().find(({ detail }) => detail.finding !== undefined);
  const finding = alarm.state === 'closed' ? closed : undefined;
  return [
    {
      kind: 'facts',
      facts: [
        [words.state, WORDS[language].states[alarm.state]],
        [words.raised, timeText(alarm.raisedAt)],
        [words.period, `${alarm.first} – ${alarm.last}`],
        [words.cases, String(alarm.cases)],
        [words.revision, String(alarm.revision)],
        [words.madeBy, `${by}, ${timeText(at.toISOString())}`],
        ...(finding === undefined
          ? []
          : ([
              [words.finding, WORDS[language].findings[finding.detail.finding!]],
              [words.why, finding.text],
            ] as const)),
      ],
    },
  ];
}

function pictureOf({ curve, language }: AlarmPrint): Block[] {
  if (curve === undefined) return [];
  const words = PRINT_WORDS[language];
  const said = curve.verdicts.filter(({ tooShort }) => !tooShort);
  const expected = said.find(({ points }) => points.some((point) => point.expected !== null));
  const tested = curve.points.reduce((sum, point) => sum + point.tested, 0);
  const cases = curve.points.reduce((sum, point) => sum + point.cases, 0);
  const places = curve.places.filter((place) => place.cases > 0);
  return [
    { kind: 'heading', text: words.curve },
    {
      kind: 'plot',
      title: `${curve.since} – ${curve.until}`,
      labels: curve.points.map(({ date }) => date),
      bars: {
        name: words.cases,
        values: curve.points.map((point) => point.cases),
        marked: {
          name: words.raisedDays,
          which: curve.points.map((_, at) => said.some(({ points }) => points[at]?.alarm === true)),
        },
      },
      lines: [
        ...(expected === undefined
          ? []
          : [{ name: words.expected, values: expected.points.map((point) => point.expected) }]),
        ...said.map(({ rule, points }) => ({
          name: `${words.bound}: ${ruleName(rule.method, rule, language)}`,
          values: points.map(({ bound }) => bound),
          isDashed: true,
        })),
      ],
    },
    { kind: 'text', text: fill(words.counted, { cases, tested }), isQuiet: true },
    {
      kind: 'table',
      columns: [
        { title: words.district, share: 3 },
        { title: words.cases, isEnd: true },
        { title: words.tested, isEnd: true },
      ],
      rows: places.map((each) => [placeText(each.place, language), String(each.cases), String(each.tested)]),
      empty: words.noCases,
    },
  ];
}

function groundsOf({ alarm, language }: AlarmPrint): Block[] {
  const words = PRINT_WORDS[language];
  const maybe = (value: number | null): string => (value === null ? '–' : numberText(value, language));
  return [
    { kind: 'heading', text: words.grounds },
    {
      kind: 'table',
      columns: [
        { title: words.rule, share: 3.4 },
        { title: words.first, share: 1.3 },
        { title: words.last, share: 1.3 },
        { title: words.cases, isEnd: true },
        { title: words.expected, isEnd: true },
        { title: words.bound, isEnd: true },
        { title: 'p', isEnd: true },
        { title: 'q', isEnd: true },
      ],
      rows: alarm.grounds.map((ground) => [
        groundName(ground, language),
        ground.first,
        ground.last,
        String(ground.cases),
        maybe(ground.expected),
        maybe(ground.bound),
        maybe(ground.p),
        maybe(ground.q),
      ]),
    },
    { kind: 'text', text: words.qNote, isQuiet: true },
  ];
}

function spreadOf({ outlook, language }: AlarmPrint): Block[] {
  if (outlook === undefined) return [];
  const words = PRINT_WORDS[language];
  const { dates, r, serialDays, doubling } = outlook;
  const text = (value: number | null): string => (value === null ? words.never : numberText(value, language));
  return [
    { kind: 'heading', text: words.spread },
    {
      kind: 'plot',
      title: words.r,
      labels: dates,
      lines: [
        { name: 'R', values: r.mean },
        { name: '2.5 %', values: r.low, isDashed: true },
        { name: '97.5 %', values: r.high, isDashed: true },
      ],
    },
    {
      kind: 'text',
      text: fill(words.rNote, {
        mean: numberText(serialDays.mean, language),
        sd: numberText(serialDays.sd, language),
        value: text(doubling.value),
        low: text(doubling.low),
        high: text(doubling.high),
      }),
      isQuiet: true,
    },
  ];
}

function casesOf({ cases, language }: AlarmPrint): Block[] {
  if (cases === undefined) return [];
  const words = PRINT_WORDS[language];
  const { rows, more, isNamed } = cases;
  // Oldest first, so that a case keeps its number when others come.
  const ordered = [...rows].sort((one, two) => compare(one.day, two.day) || compare(one.patient, two.patient));
  const sexOf = (sex: string): string => WORDS[language].sexes[sex as 'male'] ?? sex;
  return [
    { kind: 'heading', text: words.lineList },
    { kind: 'text', text: isNamed ? words.named : words.coded, isQuiet: true },
    {
      kind: 'table',
      columns: [
        { title: words.number, share: 0.6, isEnd: true },
        ...(isNamed ? [{ title: words.name, share: 1.6 }] : []),
        { title: words.day, share: 1.3 },
        { title: words.district, share: 1.6 },
        { title: words.sex, share: 0.8 },
        isNamed ? { title: words.born, share: 1.3 } : { title: words.age, share: 0.8, isEnd: true },
        ...(isNamed ? [{ title: words.phone, share: 1.6 }] : []),
        { title: words.types, share: 0.8 },
        ...(isNamed ? [{ title: words.specimens, share: 2.4 }] : []),
        { title: words.linked, share: 0.9 },
      ],
      rows: ordered.map((row, at) => [
        String(at + 1),
        ...(isNamed ? [row.name || row.patient] : []),
        row.day,
        placeText(row.district, language),
        sexOf(row.sex),
        isNamed ? (row.birthDate ?? '') : ageText(row),
        ...(isNamed ? [row.phone] : []),
        row.types.join(', '),
        ...(isNamed ? [row.results.flatMap(({ accession }) => accession ?? []).join(', ')] : []),
        row.linked ? words.yes : '',
      ]),
      empty: words.noCases,
    },
    ...(more ? [{ kind: 'text' as const, text: words.more, isQuiet: true }] : []),
  ];
}

function compare(one: string, two: string): number {
  return one < two ? -1 : one > two ? 1 : 0;
}

/** In whole years on the day of the case. */
function ageText({ birthDate, day }: LineListRow): string {
  if (birthDate === null || dayNumber(birthDate) > dayNumber(day)) return '';
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return String(years - (day.slice(5) < birthDate.slice(5) ? 1 : 0));
}

/** Notes, contacts and exposures name people: they go where the names go. */
function actsOf({ events, cases, language }: AlarmPrint): Block[] {
  const words = PRINT_WORDS[language];
  const shown = events.filter(({ kind }) => kind === 'moved' || cases?.isNamed === true);
  return [
    { kind: 'heading', text: words.acts },
    ...(shown.length === 0 ? [{ kind: 'text' as const, text: words.noActs, isQuiet: true }] : []),
    ...shown.flatMap((event): Block[] => [
      { kind: 'text', text: `${timeText(event.at)} · ${event.actorName} · ${actName(event, language)}`, isQuiet: true },
      ...(actText(event, language) === '' ? [] : [{ kind: 'text' as const, text: actText(event, language) }]),
    ]),
    ...(shown.length === events.length
      ? []
      : [
          { kind: 'text' as const, text: fill(words.withheld, { count: events.length - shown.length }), isQuiet: true },
        ]),
  ];
}

function actName({ kind, detail: { from, to } }: AlarmEvent, language: Language): string {
  const words = PRINT_WORDS[language];
  const { states, eventKinds } = WORDS[language];
  if (kind === 'moved') return from === undefined || to === undefined ? '' : `${states[from]} → ${states[to]}`;
  return kind === 'linked' || kind === 'unlinked' ? words[kind] : eventKinds[kind];
}

function actText({ text, detail: { finding, day, reach } }: AlarmEvent, language: Language): string {
  return [finding === undefined ? '' : WORDS[language].findings[finding], day ?? '', text, reach ?? '']
    .filter(Boolean)
    .join(' · ');
}

function methodsOf({ alarm, definition, outlook, language }: AlarmPrint): Block[] {
  const words = PRINT_WORDS[language];
  const rules = alarm.grounds.map((ground) => [groundName(ground, language), sourceOf(ground, language)] as const);
  return [
    { kind: 'heading', text: words.methods },
    ...(definition === undefined ? [] : [{ kind: 'facts' as const, facts: definitionFacts(definition, language) }]),
    { kind: 'facts', facts: rules.filter(([, source]) => source !== '') },
    ...(alarm.kind === 'outbreak' ? [{ kind: 'text' as const, text: words.correction, isQuiet: true }] : []),
    ...(outlook === undefined ? [] : [{ kind: 'text' as const, text: words.rSource, isQuiet: true }]),
  ];
}

function definitionFacts(definition: CaseDefinition, language: Language): [string, string][] {
  const words = PRINT_WORDS[language];
  const { icd10, findings, episodeDays, incubationDays, lawClass } = definition;
  return [
    [words.disease, `${definition.name[language]} (${icd10})`],
    [words.class, WORDS[language].classes[lawClass ?? 'none']],
    [words.codes, findings.flatMap(({ codes }) => codes).join(', ')],
    [
      words.positive,
      findings
        .flatMap(({ values = [], above }) => [...values, ...(above === undefined ? [] : [`> ${above}`])])
        .join(', '),
    ],
    [words.episode, fill(words.days, { count: episodeDays })],
    [words.incubation, fill(words.days, { count: incubationDays.join('–') })],
  ];
}

function groundName({ method, rule }: AlarmGround, language: Language): string {
  return ruleName(method, rule, language);
}

function ruleName(method: string, rule: object, language: Language): string {
  const known = WORDS[language].rules as Readonly<Record<string, string>>;
  const facts = rule as Readonly<Record<string, unknown>>;
  const text = known[method];
  return text === undefined
    ? [facts['name'] ?? method, facts['text']].filter(Boolean).join(' · ')
    : fill(text, factsOf(rule));
}

function sourceOf({ method, rule }: AlarmGround, language: Language): string {
  const known = WORDS[language].sources as Readonly<Record<string, string>>;
  const text = known[method];
  return text === undefined ? String(rule['source'] ?? '') : fill(text, factsOf(rule));
}

/** As i18next fills `{{name}}` on the pages. */
function fill(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

function numberText(value: number, language: Language): string {
  const tiny = value !== 0 && Math.abs(value) < 0.001;
  return new Intl.NumberFormat(language, {
    maximumSignificantDigits: 3,
    ...(tiny && { notation: 'scientific' }),
  }).format(value);
}

/** In Asia/Shanghai. */
function timeText(at: string | Date): string {
  return new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}

/** The card that the law asks of the doctor, filled in from the record: to be checked and signed. */
export function cardDocument({
  row,
  definition,
  language,
  at,
}: {
  row: LineListRow;
  definition: CaseDefinition;
  language: Language;
  at: Date;
}): PrintedDocument {
  const words = PRINT_WORDS[language];
  const number = `${row.day.replaceAll('-', '')}-${row.patient}`;
  const { lawClass, reportWithinHours, findings, icd10 } = definition;
  return {
    title: words.cardTitle,
    language,
    at,
    about: `${words.cardNumber} ${number}`,
    blocks: [
      { kind: 'text', text: words.cardAbout, isQuiet: true },
      {
        kind: 'facts',
        facts: [
          [words.cardNumber, number],
          [words.cardKind, words.cardFirst],
          [words.person, row.name],
          [words.sex, WORDS[language].sexes[row.sex as 'male'] ?? row.sex],
          [words.born, row.birthDate ?? ''],
          [words.age, ageText(row)],
          [words.district, placeText(row.district, language)],
          [words.phone, row.phone],
          [words.disease, `${definition.name[language]} (${icd10})`],
          [words.class, WORDS[language].classes[lawClass ?? 'none']],
          [words.types, row.types.join(', ')],
          [words.confirmed, confirmedBy(row) || findings.flatMap(({ codes }) => codes).join(', ')],
          [words.day, row.day],
          ...(reportWithinHours === null
            ? []
            : [[words.reportWithin, fill(words.hours, { count: reportWithinHours })] as const]),
          [words.reporter, BLANK],
          [words.signature, BLANK],
        ],
      },
    ],
  };
}

const BLANK = '______________________';

function confirmedBy({ results }: LineListRow): string {
  return results.map(({ code, day, accession }) => [code, day, accession].filter(Boolean).join(' ')).join('; ');
}
