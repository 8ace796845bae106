import type { Confidence, Op, ThingKind, Value } from '../model.ts';
import type { NewRelation, NewStatement } from './sound.ts';

/** An entry of facts/cluster/seed-facts.json: its fields differ from list to list. */
type Entry = Readonly<Record<string, unknown>> & { source?: string; quote?: string };

export interface Seed {
  sources: readonly { code: string; file: string; title: string; kind: string; date: string | null; note?: string }[];
  dataQuality: readonly string[];
  [list: string]: unknown;
}

/** facts/cluster/reading.json: how the entries are read: which words mean which thing, and what hangs together. */
export interface Reading {
  sourcesZh: Readonly<Record<string, string>>;
  places: readonly { id: string; name: string; nameZh: string; within?: string | readonly string[]; adcode?: string }[];
  /** Words for a place in the entries. */
  placeOf: Readonly<Record<string, string>>;
  owners: Readonly<Record<string, readonly string[]>>;
  sectors: Readonly<Record<string, { id: string; nameZh: string }>>;
  sectorOf: Readonly<Record<string, string>>;
  metrics: Readonly<Record<string, Metric>>;
  /** More than, less than, about: where the quote says so and the entry does not. */
  ops: Readonly<Record<string, Readonly<Record<string, Op>>>>;
  relations: readonly (Omit<NewRelation, 'fact'> & { fact: string })[];
  statements: readonly (Omit<NewStatement, 'fact'> & { fact: string })[];
  /** For each note of dataQuality what it speaks of. */
  cautions: readonly { about: readonly string[]; property?: string; textZh: string }[];
  namesZh: Readonly<Record<string, string>>;
}

interface Metric {
  thing: string;
  property: string;
  asOf?: string;
  op?: Op;
  unit?: string;
  /** Of a thing that is none yet. */
  name?: string;
  nameZh?: string;
  of?: string;
}

interface FactRow {
  id: string;
  list: string;
  place: number;
  title: string;
  content: unknown;
  source: string;
  quote: string | null;
  thing: string | null;
}

export interface FactGraph {
  facts: FactRow[];
  sources: {
    id: string;
    kind: string;
    title: string;
    titleZh: string | null;
    date: string | null;
    note: string | null;
  }[];
  things: { id: string; kind: ThingKind; name: string; nameZh: string | null }[];
  statements: (NewStatement & { source: string })[];
  relations: (NewRelation & { source: string })[];
  cautions: { about: string; id: string; property: string | null; text: string; textZh: string }[];
}

/** Where our own reading is the source: places, computed ratios, the notes on the sources' quality. */
const [NOTES, GAZETTEER] = ['notes', 'places'] as const;

const KIND_OF: Readonly<Record<string, ThingKind>> = {
  parks: 'park',
  platforms: 'platform',
  enterprises: 'enterprise',
  institutions: 'institution',
  policies: 'policy',
  targets: 'target',
  funds: 'fund',
  projects: 'project',
  clinicalApplications: 'application',
  aiDigitalSystems: 'system',
};
const LISTS = [...Object.keys(KIND_OF), 'baselines', 'responsibilities', 'cityRoles', 'sectors'] as const;

/** Fields that say one property as it is. Yuan becomes fen by the property's type. */
const PROPERTY_OF: Readonly<Record<string, string>> = {
  name: 'name',
  title: 'name',
  kind: 'subkind',
  signature10: 'signature',
  alsoIn: 'remark',
  aliases: 'alias',
  opened: 'opened',
  established: 'established',
  specializedFacilitiesM2: 'facilities-m2',
  flags: 'flag',
  relayStage: 'relay-stage',
  investmentYuan: 'investment',
  focus: 'focus',
  feature: 'feature',
  coreDirections: 'core-directions',
  nmpaKeyLabs: 'key-laboratories',
  sector: 'sector',
  strategy: 'strategy',
  testDataPoints: 'test-data-points',
  dataProducts: 'data-products',
  yearsOfExperience: 'experience-years',
  pipeline: 'pipeline',
  ceo: 'chief',
  gm: 'chief',
  cleanRoomM2: 'clean-room-m2',
  fundInvested: 'from-fund',
  people: 'people',
  issuer: 'issuer',
  level: 'level',
  benefits: 'benefit',
  role: 'role',
  status: 'status',
  published: 'published',
  externalRef: 'reference',
  maxRewardYuan: 'max-reward',
  metric: 'metric',
  stage: 'stage',
  gmpM2: 'gmp-m2',
  jobs: 'jobs',
  count: 'project-count',
  annualOutputYuan: 'annual-output',
  date: 'signed',
  indication: 'indication',
  product: 'therapy',
  treated: 'treated',
  recovered: 'recovered',
  rate: 'recovery-rate',
  lifeExpectancyYears: 'life-expectancy-years',
  controlSurvival: 'survival-control',
  treatedSurvival: 'survival-treated',
  absDiff: 'survival-difference',
  subFunds: 'sub-funds',
  size: 'fund-size',
  paidIn: 'paid-in',
  projects: 'project-count',
  reinvestedProjects: 'reinvested-projects',
  reinvestedAmount: 'reinvested-amount',
  paidInRatio: 'paid-in-ratio',
  reinvestProjectShare: 'reinvested-project-share',
  reinvestToPaidIn: 'reinvested-to-paid-in',
};
/** What the entries' authors worked out themselves. */
const DERIVED: ReadonlySet<string> = new Set([
  'rate',
  'absDiff',
  'paidInRatio',
  'reinvestProjectShare',
  'reinvestToPaidIn',
]);
/** A policy of this level is made for so much. */
const PLACE_OF_LEVEL: Readonly<Record<string, string>> = {
  city: 'guangzhou',
  district: 'nansha',
  province: 'guangdong',
  'province/GBA': 'guangdong',
  park: 'fs-yundonghai',
};
const PLAN = 'gd-action-plan';

/** The entries as things, statements and relations, each of them naming its entry, source and quote. */
export function readFacts(seed: Seed, reading: Reading): FactGraph {
  const graph: FactGraph = { facts: [], sources: [], things: [], statements: [], relations: [], cautions: [] };
  const at: Desk = { seed, reading, graph, ids: new Set() };
  readSources(at);
  readPlaces(at);
  for (const list of LISTS)
    for (const [place, entry] of (seed[list] as readonly Entry[]).entries()) readEntry(at, list, place, entry);
  readNotes(at);
  const origin = new Map(graph.facts.map((fact) => [fact.id, fact]));
  const from = (fact: string) => {
    const { source, quote } = origin.get(fact) ?? fail(`no fact ${fact}`);
    return { fact, source, ...(quote !== null && { quote }) };
  };
  for (const relation of reading.relations) graph.relations.push({ ...relation, ...from(relation.fact) });
  for (const statement of reading.statements) graph.statements.push({ ...statement, ...from(statement.fact) });
  return graph;
}

interface Desk {
  seed: Seed;
  reading: Reading;
  graph: FactGraph;
  ids: Set<string>;
}

interface Origin {
  fact: string;
  source: string;
  quote?: string;
  confidence?: Confidence;
  note?: string;
}

function readSources({ seed, reading, graph }: Desk): void {
  for (const { code, title, kind, date, note, file } of seed.sources)
    graph.sources.push({
      id: code.toLowerCase(),
      kind,
      title,
      titleZh: reading.sourcesZh[code] ?? null,
      date,
      note: note ?? `file ${file}`,
    });
  const own = { date: null, note: null };
  graph.sources.push(
    { ...own, id: NOTES, kind: 'note', title: 'Notes on the sources, by who read them', titleZh: '阅读者对来源的说明' },
    {
      ...own,
      id: GAZETTEER,
      kind: 'dataset',
      title: 'Names and codes of divisions (facts/geo)',
      titleZh: '行政区划名称与代码（facts/geo）',
    },
  );
}

function readPlaces(at: Desk): void {
  const origin = { source: GAZETTEER } as const;
  for (const { id, name, nameZh, within = [], adcode } of at.reading.places) {
    addThing(at, { id, kind: 'place', name, nameZh });
    if (adcode !== undefined) at.graph.statements.push({ ...origin, thing: id, property: 'adcode', value: adcode });
    for (const whole of [within].flat())
      at.graph.relations.push({ ...origin, subject: id, predicate: 'located-in', object: whole });
  }
}

function readEntry(at: Desk, list: string, place: number, entry: Entry): void {
  const id = `${list}/${typeof entry['id'] === 'string' ? entry['id'] : place}`;
  const title = text(
    entry['name'] ??
      entry['title'] ??
      entry['metric'] ??
      entry['task'] ??
      entry['city'] ??
      entry['level'] ??
      entry['indication'] ??
      id,
  );
  const source = entry.source === undefined ? NOTES : sourceOf(at, entry.source);
  const origin: Origin = {
    fact: id,
    source,
    ...(entry.quote !== undefined && { quote: entry.quote }),
    ...confidenceOf(entry),
  };
  const read = { at, entry, origin };
  let thing: string | null = null;
  if (list === 'baselines') thing = readBaseline(read);
  else if (list === 'responsibilities') thing = readResponsibility(read, place);
  else if (list === 'cityRoles') thing = readCityRole(read);
  else if (list === 'sectors') thing = readSectors(read);
  else thing = readThing(read, list, title);
  at.graph.facts.push({ id, list, place, title, content: entry, source, quote: entry.quote ?? null, thing });
}

interface Read {
  at: Desk;
  entry: Entry;
  origin: Origin;
}

function readThing({ at, entry, origin }: Read, list: string, title: string): string {
  const [own, part] = text(entry['id']).split('.') as [string, string?];
  const kind = KIND_OF[list]!;
  const id = part === undefined && at.ids.has(own) ? `${kind}-${own}` : own;
  if (part === undefined) {
    const { indication, product } = entry;
    const name =
      list === 'targets'
        ? text(entry['metric'])
        : kind === 'application'
          ? applicationName(indication, product)
          : title;
    addThing(at, { id, kind, name });
    // What has no name of its own is said by its quote all the same.
    if (entry['name'] === undefined && entry['title'] === undefined)
      addStatement(at, origin, { thing: id, property: 'name', value: name });
  }
  const asOf =
    list === 'funds' && own === 'ns-mother' ? '2025-10' : list === 'projects' ? yearOf(entry['year']) : undefined;
  const fields = part === undefined || entry['value'] === undefined ? entry : { [part]: entry['value'] };
  for (const [field, value] of Object.entries(fields)) {
    const property = PROPERTY_OF[field];
    if (property === undefined || value === null || value === '—') continue;
    const op =
      at.reading.ops[origin.fact]?.[field] ?? (typeof value === 'number' ? (entry['op'] as Op | undefined) : undefined);
    for (const each of [value].flat())
      addStatement(at, DERIVED.has(field) ? { ...origin, confidence: 'derived' } : origin, {
        thing: id,
        property,
        value: valueFor(property, each),
        ...(op !== undefined && { op }),
        ...(asOf !== undefined && { asOf }),
      });
  }
  if (list === 'policies' && entry['year'] !== null)
    addStatement(at, origin, { thing: id, property: 'year', value: text(entry['year']) });
  readLinks({ at, entry, origin }, list, id);
  if (list === 'targets') readTarget({ at, entry, origin }, id);
  return id;
}

/** Where it lies, who owns it, what it belongs to. */
function readLinks({ at, entry, origin }: Read, list: string, id: string): void {
  const { city, district, site, park, owner, sector, level } = entry;
  const inferred = { ...origin, confidence: 'inferred' as const };
  const where = city == null ? (entry['place'] ?? site) : district == null ? city : `${text(city)} (${text(district)})`;
  if (where != null) {
    const guessed =
      entry['cityNote'] === undefined
        ? origin
        : { ...origin, confidence: 'guess' as const, note: text(entry['cityNote']) };
    addRelation(at, guessed, id, 'located-in', at.reading.placeOf[text(where)] ?? fail(`no place ${text(where)}`));
  }
  if (park != null) addRelation(at, origin, id, 'located-in', text(park));
  if (owner != null)
    for (const each of at.reading.owners[text(owner)] ?? fail(`no owner ${text(owner)}`))
      addRelation(
        at,
        isPlace(at, each) ? { ...inferred, note: 'the source names the place only' } : origin,
        id,
        'owned-by',
        each,
      );
  if (typeof sector === 'string' && at.reading.sectorOf[sector] !== undefined)
    addRelation(at, inferred, id, 'in-sector', at.reading.sectorOf[sector]);
  if (list !== 'policies') return;
  const place = PLACE_OF_LEVEL[text(level)];
  if (place !== undefined) addRelation(at, inferred, id, 'applies-in', place);
  if (origin.source === 's2' && id !== PLAN && id !== 'gd-2020-82') addRelation(at, inferred, id, 'part-of', PLAN);
}

function readTarget({ at, entry, origin }: Read, id: string): void {
  const { baseline } = entry as { baseline?: { year: number; value: number; op?: Op } };
  const op = at.reading.ops[origin.fact]?.['value'];
  const amount = (value: unknown) => amountOf(value, entry['unit']);
  addStatement(at, origin, {
    thing: id,
    property: 'target-value',
    ...amount(entry['value']),
    ...(op !== undefined && { op }),
  });
  if (entry['year'] !== null)
    addStatement(at, origin, { thing: id, property: 'target-year', value: text(entry['year']) });
  if (baseline !== undefined)
    addStatement(at, origin, {
      thing: id,
      property: 'baseline-value',
      ...amount(baseline.value),
      asOf: String(baseline.year),
      ...(baseline.op !== undefined && { op: baseline.op }),
    });
  const {
    lead = [],
    shared = [],
    basis,
  } = entry['departments'] as { lead?: string[]; shared?: string[]; basis: string };
  addStatement(at, origin, { thing: id, property: 'departments-basis', value: basis });
  const said = { ...origin, note: basis, ...(basis.startsWith('inferred') && { confidence: 'inferred' as const }) };
  addDepartments(at, said, id, { lead, shared });
  if (origin.source === 's2') addRelation(at, origin, id, 'part-of', PLAN);
}

function readResponsibility({ at, entry, origin }: Read, place: number): string {
  const id = `task-${place + 1}`;
  const name = text(entry['task']);
  addThing(at, { id, kind: 'target', name });
  addStatement(at, origin, { thing: id, property: 'name', value: name });
  addStatement(at, origin, { thing: id, property: 'subkind', value: 'task' });
  addRelation(at, origin, id, 'part-of', PLAN);
  addDepartments(at, origin, id, { lead: entry['lead'] as string[], shared: entry['shared'] as string[] });
  return id;
}

function addDepartments(
  at: Desk,
  origin: Origin,
  task: string,
  by: { lead: readonly string[]; shared: readonly string[] },
): void {
  for (const [predicate, names] of [
    ['leads', by.lead],
    ['shares', by.shared],
  ] as const)
    for (const name of names) {
      const id = slugOf(name);
      if (!at.ids.has(id)) addThing(at, { id, kind: 'department', name });
      addRelation(at, origin, id, predicate, task);
    }
}

function readCityRole({ at, entry, origin }: Read): string {
  const words = text(entry['city']);
  const known = at.reading.placeOf[words];
  const places =
    known !== undefined
      ? [known]
      : words.split(', ').map((city) => at.reading.placeOf[city] ?? fail(`no place ${city}`));
  for (const thing of places) addStatement(at, origin, { thing, property: 'role', value: text(entry['role']) });
  return places[0]!;
}

const LADDER = 'enterprise-ladder';

function readSectors({ at, entry, origin }: Read): string {
  const level = text(entry['level']);
  const values = entry['values'] as string[];
  if (level.includes('ladder')) {
    if (!at.ids.has(LADDER))
      addThing(at, { id: LADDER, kind: 'sector', name: 'Enterprise ladder', nameZh: '企业梯度' });
    for (const value of values) addStatement(at, origin, { thing: LADDER, property: 'feature', value });
    return LADDER;
  }
  const where = level.startsWith('Guangzhou') ? 'guangzhou' : 'guangdong';
  const ids = values.map((value) => {
    const { id, nameZh } = at.reading.sectors[value] ?? fail(`no sector ${value}`);
    addThing(at, { id, kind: 'sector', name: value, nameZh });
    addStatement(at, origin, { thing: id, property: 'flag', value: level });
    addRelation(at, origin, where, 'develops', id);
    return id;
  });
  return ids[0]!;
}

function readBaseline({ at, entry, origin }: Read): string {
  const metric = text(entry['metric']);
  const known = at.reading.metrics[metric] ?? fail(`no reading of ${metric}`);
  const { thing, property, asOf, unit, of } = known;
  if (!at.ids.has(thing)) {
    addThing(at, { id: thing, kind: 'target', name: known.name ?? metric, nameZh: known.nameZh ?? null });
    addStatement(at, origin, { thing, property: 'subkind', value: 'indicator' });
    if (of !== undefined) addRelation(at, origin, thing, 'measures', of);
  }
  const op = (entry['op'] as Op | undefined) ?? known.op;
  addStatement(at, origin, {
    thing,
    property,
    ...amountOf(entry['value'], unit ?? entry['unit']),
    ...(asOf !== undefined && { asOf }),
    ...(op !== undefined && { op }),
  });
  return thing;
}

function readNotes({ seed, reading, graph }: Desk): void {
  for (const [place, note] of seed.dataQuality.entries()) {
    const { about, property = null, textZh } = reading.cautions[place] ?? fail(`no reading of note ${place}`);
    const id = `dataQuality/${place}`;
    const thing = about.find((each) => each.startsWith('thing/'))?.slice('thing/'.length) ?? null;
    graph.facts.push({ id, list: 'dataQuality', place, title: note, content: note, source: NOTES, quote: note, thing });
    for (const each of about)
      graph.cautions.push({
        about: each.startsWith('source/') ? each.toLowerCase() : each,
        id,
        property,
        text: note,
        textZh,
      });
  }
}

function addThing(
  { reading, graph, ids }: Desk,
  thing: { id: string; kind: ThingKind; name: string; nameZh?: string | null },
): void {
  ids.add(thing.id);
  graph.things.push({ ...thing, nameZh: thing.nameZh ?? reading.namesZh[thing.id] ?? null });
}

function addStatement(
  { graph }: Desk,
  origin: Origin,
  statement: Pick<NewStatement, 'thing' | 'property' | 'value' | 'op' | 'asOf' | 'unit'>,
): void {
  graph.statements.push({ ...statement, ...origin });
}

function addRelation({ graph }: Desk, origin: Origin, subject: string, predicate: string, object: string): void {
  graph.relations.push({ ...origin, subject, predicate, object });
}

/** `doubtful magnitude; verify` is doubtful, with these words as its note. */
function confidenceOf(entry: Entry): { confidence?: Confidence; note?: string } {
  const { confidence, dataNote, conflict, note, derived } = entry;
  const words = [confidence, dataNote, conflict, note].filter((each): each is string => typeof each === 'string');
  const level: Confidence | undefined =
    derived === true
      ? 'derived'
      : typeof confidence !== 'string'
        ? undefined
        : confidence.startsWith('low')
          ? 'low'
          : 'doubtful';
  return { ...(level !== undefined && { confidence: level }), ...(words.length > 0 && { note: words.join('; ') }) };
}

function applicationName(indication: unknown, product: unknown): string {
  return product === '—' ? text(indication) : `${text(product)}: ${text(indication)}`;
}

const MONEY: ReadonlySet<string> = new Set([
  'investment',
  'max-reward',
  'annual-output',
  'fund-size',
  'paid-in',
  'reinvested-amount',
]);
const FEN_A_YUAN = 100;

function valueFor(property: string, value: unknown): Value {
  if (MONEY.has(property)) return Number(value) * FEN_A_YUAN;
  return property === 'established' ? String(value) : (value as Value);
}

/** A number with its unit: yuan as fen, a ratio and square metres in UCUM, what is counted as UCUM's annotation. */
function amountOf(value: unknown, unit: unknown): { value: Value; unit?: string } {
  if (typeof value !== 'number' || typeof unit !== 'string') return { value: value as Value };
  if (unit === 'yuan') return { value: value * FEN_A_YUAN, unit: 'fen' };
  if (unit === 'ratio') return { value, unit: '1' };
  return { value, unit: ['1', 'm2', 'a'].includes(unit) ? unit : `{${unit}}` };
}

function yearOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : undefined;
}

function sourceOf({ seed }: Desk, file: string): string {
  return (seed.sources.find((source) => source.file === file)?.code ?? fail(`no source ${file}`)).toLowerCase();
}

function isPlace({ reading }: Desk, id: string): boolean {
  return reading.places.some((place) => place.id === id);
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/&/g, 'and')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
}

function text(value: unknown): string {
  return String(value);
}

/** The files are ours: what they leave open is a mistake in them. */
function fail(words: string): never {
  throw new Error(`facts/cluster: ${words}`);
}
