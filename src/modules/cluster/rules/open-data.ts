import { PREDICATES, type ThingKind, type Value } from '../model.ts';

interface OpenThing {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  changedAt: Date;
}
interface Provenance {
  asOf: string | null;
  confidence: string | null;
  quote: string | null;
  source: string;
}
type OpenStatement = Provenance & {
  thing: string;
  property: string;
  value: Value;
  unit: string | null;
  op: string | null;
};
type OpenRelation = Provenance & { subject: string; predicate: string; object: string };

/** The compilation; what is quoted stays its publisher's. */
export const LICENCE = {
  url: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Banyan industry map. Each statement names its source; quotations remain their publishers’.',
} as const;

const HEAD = [
  'thing',
  'kind',
  'name',
  'nameZh',
  'property',
  'op',
  'value',
  'unit',
  'asOf',
  'confidence',
  'source',
  'quote',
];

/** A line for each statement and, with the predicate as property and the other's id as value, each relation; RFC 4180. */
export function csvOf(
  things: readonly OpenThing[],
  statements: readonly OpenStatement[],
  relations: readonly OpenRelation[],
): string {
  const said = Map.groupBy(statements, ({ thing }) => thing);
  const joined = Map.groupBy(relations, ({ subject }) => subject);
  const lines = things.flatMap(({ id, kind, name, nameZh }) => {
    const head = [id, kind, name, nameZh];
    const tail = ({ asOf, confidence, source, quote }: Provenance) => [asOf, confidence, source, quote];
    return [
      ...(said.get(id) ?? []).map((row) => [...head, row.property, row.op, plain(row.value), row.unit, ...tail(row)]),
      ...(joined.get(id) ?? []).map((row) => [...head, row.predicate, null, row.object, null, ...tail(row)]),
    ];
  });
  return csvLines([HEAD, ...lines]);
}

/** RFC 4180. */
export function csvLines(lines: readonly (readonly (string | null)[])[]): string {
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function plain(value: Value): string {
  return Array.isArray(value) ? value.join('; ') : String(value);
}

/** A text that a spreadsheet would take for a formula is told to be a text. */
function cellOf(value: string | null): string {
  if (value === null) return '';
  const safe = /^[=+\-@\t\r]/.test(value) && !/^[+-]?[\d.]+$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const TYPES: Readonly<Record<ThingKind, string>> = {
  enterprise: 'Corporation',
  institution: 'Organization',
  department: 'GovernmentOrganization',
  park: 'Place',
  carrier: 'Accommodation',
  platform: 'Organization',
  instrument: 'Product',
  service: 'Service',
  project: 'Project',
  fund: 'InvestmentFund',
  policy: 'Legislation',
  person: 'Person',
  product: 'Product',
  sector: 'DefinedTerm',
  target: 'PropertyValue',
  place: 'Place',
  application: 'MedicalStudy',
  system: 'SoftwareApplication',
  patent: 'CreativeWork',
  paper: 'ScholarlyArticle',
};

/** Things as schema.org has them; what it has no word for is a PropertyValue, with its source. */
export function schemaOrgOf(
  publicUrl: string,
  things: readonly OpenThing[],
  statements: readonly OpenStatement[],
  relations: readonly OpenRelation[],
): object {
  const iri = (id: string) => `${publicUrl}/cluster/things/${id}`;
  const said = Map.groupBy(statements, ({ thing }) => thing);
  const joined = Map.groupBy(relations, ({ subject }) => subject);
  const graph = things.map(({ id, kind, name, nameZh, changedAt }) => {
    const own = said.get(id) ?? [];
    const links = joined.get(id) ?? [];
    const texts = (property: string) => own.flatMap((row) => (row.property === property ? [plain(row.value)] : []));
    const [founded] = texts('established');
    const alternate = [...texts('alias')];
    const places = links.filter(({ predicate }) => predicate === 'located-in');
    return {
      '@id': iri(id),
      '@type': TYPES[kind],
      identifier: id,
      name:
        nameZh === null
          ? name
          : [
              { '@value': name, '@language': 'en' },
              { '@value': nameZh, '@language': 'zh' },
            ],
      ...(alternate.length > 0 && { alternateName: alternate }),
      ...(founded !== undefined && { foundingDate: founded }),
      ...(places.length > 0 && { location: places.map(({ object }) => ({ '@id': iri(object) })) }),
      dateModified: changedAt.toISOString(),
      additionalProperty: [
        ...own.map(({ property, value, unit, op, asOf, source, quote, confidence }) => ({
          '@type': 'PropertyValue',
          propertyID: property,
          ...(op === '>' ? { minValue: value } : op === '<' ? { maxValue: value } : { value }),
          ...(unit !== null && { unitText: unit }),
          ...(asOf !== null && { observationDate: asOf }),
          ...(confidence !== null && { description: confidence }),
          citation: { '@type': 'CreativeWork', name: source, ...(quote !== null && { text: quote }) },
        })),
        ...links.map(({ predicate, object, source }) => ({
          '@type': 'PropertyValue',
          propertyID: predicate,
          name: PREDICATES[predicate]?.en ?? predicate,
          valueReference: { '@id': iri(object) },
          citation: { '@type': 'CreativeWork', name: source },
        })),
      ],
    };
  });
  return { '@context': 'https://schema.org', license: LICENCE.url, creditText: LICENCE.attribution, '@graph': graph };
}

/** The data set in DCAT 3. */
export function catalogueOf(publicUrl: string, modified: string | null): object {
  const at = `${publicUrl}/api/open/cluster`;
  const part = (name: string, mediaType: string, en: string, zh: string) => ({
    '@type': 'dcat:Distribution',
    'dct:title': [
      { '@value': en, '@language': 'en' },
      { '@value': zh, '@language': 'zh' },
    ],
    'dcat:accessURL': { '@id': `${at}/${name}` },
    'dcat:mediaType': { '@id': `https://www.iana.org/assignments/media-types/${mediaType}` },
    'dct:license': { '@id': LICENCE.url },
  });
  return {
    '@context': {
      dcat: 'http://www.w3.org/ns/dcat#',
      dct: 'http://purl.org/dc/terms/',
      foaf: 'http://xmlns.com/foaf/0.1/',
    },
    '@id': at,
    '@type': 'dcat:Dataset',
    'dct:title': [
      { '@value': 'Industry map of the biomedical cluster', '@language': 'en' },
      { '@value': '生物医药产业集群地图', '@language': 'zh' },
    ],
    'dct:description': [
      {
        '@value':
          'Enterprises, institutions, parks, platforms, projects, funds, policies and targets, with the source, date and quote of every statement.',
        '@language': 'en',
      },
      { '@value': '企业、机构、园区、平台、项目、基金、政策与目标，每条陈述均附来源、日期与引文。', '@language': 'zh' },
    ],
    'dct:license': { '@id': LICENCE.url },
    'dct:rights': LICENCE.attribution,
    'dct:accrualPeriodicity': { '@id': 'http://publications.europa.eu/resource/authority/frequency/CONT' },
    ...(modified !== null && { 'dct:modified': modified }),
    'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': 'Banyan', 'foaf:homepage': { '@id': publicUrl } },
    'dcat:landingPage': { '@id': `${publicUrl}/cluster` },
    'dcat:distribution': [
      part('things', 'application/json', 'Things (JSON)', '条目（JSON）'),
      part('statements.csv', 'text/csv', 'Statements and relations (CSV)', '陈述与关系（CSV）'),
      part('map.geojson', 'application/geo+json', 'Map (GeoJSON)', '地图（GeoJSON）'),
      part('space.csv', 'text/csv', 'Space to let (CSV)', '可租空间（CSV）'),
      part('chains.csv', 'text/csv', 'Industry chains (CSV)', '产业链（CSV）'),
      part('things.jsonld', 'application/ld+json', 'Things in schema.org (JSON-LD)', '条目（schema.org，JSON-LD）'),
    ],
  };
}
