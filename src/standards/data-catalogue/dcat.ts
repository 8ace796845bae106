import type { AgentDescription, Bilingual, ProductDescription, ProductWay, Refresh } from './description.ts';
import type { GraphNode, Literal, Name, Reference } from './graph.ts';

const EU = 'http://publications.europa.eu/resource/authority';
const THEMES = 'https://banyan.health/id/topics';

export interface CatalogueDescription {
  iri: string;
  page: string;
  title: Bilingual;
  about: Bilingual;
  publisher: AgentDescription;
  /** Absent while nothing is in it. */
  modified?: string;
}

/**
 * The catalogue with every product in it: a series each, in which the versions stand.
 *
 * Source: DCAT-AP 3.0.1, with DQV for quality and PROV for lineage.
 */
export function catalogueGraph(catalogue: CatalogueDescription, products: readonly ProductDescription[]): GraphNode[] {
  const { iri, page, title, about, publisher, modified } = catalogue;
  const nodes = products.flatMap((product) => productGraph(product));
  return unique([
    {
      '@id': iri,
      '@type': 'dcat:Catalog',
      'dct:title': words(title),
      'dct:description': words(about),
      'dct:publisher': agent(publisher),
      ...(modified !== undefined && { 'dct:modified': time(modified) }),
      'dct:language': LANGUAGES,
      'dcat:themeTaxonomy': themeScheme(),
      'foaf:homepage': document(page),
      ...some(
        'dcat:dataset',
        products.map((product) => ref(versionIri(product))),
      ),
      ...some(
        'dcat:service',
        products.filter(hasService).map((product) => ref(serviceIri(product))),
      ),
    },
    ...nodes,
  ]);
}

/** One product: its series, its version with distributions, service, sources and quality. */
export function productGraph(product: ProductDescription): GraphNode[] {
  return unique([
    seriesOf(product),
    datasetOf(product),
    ...(hasService(product) ? [serviceOf(product)] : []),
    ...product.sources.map(({ iri, title, about }) => sourceOf(iri, title, about)),
  ]);
}

export const versionIri = ({ iri, version }: ProductDescription): string => `${iri}/versions/${version}`;
const serviceIri = ({ iri }: ProductDescription): string => `${iri}/service`;
const hasService = ({ ways }: ProductDescription): boolean => ways.includes('api') || ways.includes('query');

function seriesOf(product: ProductDescription): GraphNode {
  const { iri, title, summary, issued, modified, holder, refresh } = product;
  return {
    '@id': iri,
    '@type': 'dcat:DatasetSeries',
    'dct:title': words(title),
    'dct:description': words(summary),
    'dct:publisher': agent(holder),
    'dcat:contactPoint': contact(holder),
    'dct:issued': time(product.earlier[0]?.issued ?? issued),
    'dct:modified': time(modified),
    'dct:accrualPeriodicity': frequency(refresh),
    'dcat:last': ref(versionIri(product)),
  };
}

function datasetOf(product: ProductDescription): GraphNode {
  const { iri, id, version, title, summary, keywords, holder, topic, period, earlier, quality } = product;
  const before = earlier.at(-1);
  return {
    '@id': versionIri(product),
    '@type': 'dcat:Dataset',
    'dct:title': words(title),
    'dct:description': words(summary),
    'dct:identifier': text(`${id}/${version}`),
    'dcat:version': text(String(version)),
    'dcat:inSeries': ref(iri),
    ...(before !== undefined && { 'dcat:prev': ref(`${iri}/versions/${before.version}`) }),
    'dct:publisher': agent(holder),
    'dct:creator': agent(holder),
    'dcat:contactPoint': contact(holder),
    'dcat:theme': theme(topic),
    ...some(
      'dcat:keyword',
      keywords.map((keyword) => text(keyword)),
    ),
    'dct:accessRights': accessRights(product.access),
    'dct:issued': time(product.issued),
    'dct:modified': time(product.modified),
    'dct:accrualPeriodicity': frequency(product.refresh),
    'dct:language': LANGUAGES,
    'dct:type': concept(`https://banyan.health/id/kinds/${product.kind}`, product.kind),
    'dcat:landingPage': document(product.page),
    'dct:provenance': { '@type': 'dct:ProvenanceStatement', 'rdfs:label': words(product.provenance) },
    ...some(
      'dct:source',
      product.sources.map((source) => ref(source.iri)),
    ),
    'prov:wasGeneratedBy': activityOf(product),
    ...(period !== undefined && { 'dct:temporal': periodOf(period) }),
    ...some(
      'dqv:hasQualityMeasurement',
      quality.map((one) => measurement(one, product)),
    ),
    ...some(
      'dcat:distribution',
      product.ways.map((way) => distributionOf(product, way)),
    ),
  };
}

/** How the newest content was made: from what, when, by whom. */
function activityOf(product: ProductDescription): GraphNode {
  const last = product.releases.at(-1);
  return {
    '@id': `${versionIri(product)}/making`,
    '@type': 'prov:Activity',
    'rdfs:label': words(product.provenance),
    ...some(
      'prov:used',
      product.sources.map((source) => ref(source.iri)),
    ),
    'prov:wasAssociatedWith': agent(product.holder),
    ...(last !== undefined && { 'prov:endedAtTime': time(last.at) }),
  };
}

/** Of a source only what may be known: the clinical tables behind it are nobody's business. */
function sourceOf(iri: string, title: Bilingual, about: Bilingual): GraphNode {
  return {
    '@id': iri,
    '@type': 'dcat:Dataset',
    'dct:title': words(title),
    'dct:description': words(about),
    'dct:accessRights': accessRights('non-public'),
  };
}

const WAYS: Record<ProductWay, { label: Bilingual; media: string; format: string }> = {
  download: { label: { en: 'Download', zh: '下载' }, media: 'text/csv', format: 'CSV' },
  push: { label: { en: 'Delivery to the buyer', zh: '推送' }, media: 'text/csv', format: 'CSV' },
  api: { label: { en: 'Interface', zh: '接口' }, media: 'application/json', format: 'JSON' },
  query: { label: { en: 'Questions in place', zh: '就地查询' }, media: 'application/json', format: 'JSON' },
};

function distributionOf(product: ProductDescription, way: ProductWay): GraphNode {
  const { label, media, format } = WAYS[way];
  const last = way === 'download' || way === 'push' ? product.releases.at(-1) : undefined;
  const isService = way === 'api' || way === 'query';
  return {
    '@id': `${versionIri(product)}/ways/${way}`,
    '@type': 'dcat:Distribution',
    'dct:title': words(label),
    'dct:description': words(product.summary),
    'dcat:accessURL': { '@id': product.page, '@type': 'rdfs:Resource' },
    'dcat:mediaType': {
      '@id': `http://www.iana.org/assignments/media-types/${media}`,
      '@type': 'dct:MediaType',
    },
    'dct:format': { '@id': `${EU}/file-type/${format}`, '@type': 'dct:MediaTypeOrExtent' },
    'dct:license': license(product),
    'dct:rights': { '@type': 'dct:RightsStatement', 'rdfs:label': words(product.terms) },
    'dcatap:availability': concept('http://data.europa.eu/r5r/availability/available', 'available'),
    'adms:status': concept('http://purl.org/adms/status/Completed', 'completed'),
    ...(product.policy !== undefined && { 'odrl:hasPolicy': { '@id': product.policy, '@type': 'odrl:Policy' } }),
    ...(last !== undefined && { 'dct:issued': time(last.at) }),
    ...(last?.bytes !== undefined && { 'dcat:byteSize': typed(String(last.bytes), 'xsd:nonNegativeInteger') }),
    ...(last?.sha256 !== undefined && { 'spdx:checksum': checksum(last.sha256) }),
    ...(isService && { 'dcat:accessService': ref(serviceIri(product)) }),
  };
}

function serviceOf(product: ProductDescription): GraphNode {
  return {
    '@id': serviceIri(product),
    '@type': 'dcat:DataService',
    'dct:title': words(product.title),
    'dct:description': words(product.summary),
    'dcat:endpointURL': { '@id': serviceIri(product), '@type': 'rdfs:Resource' },
    'dcat:servesDataset': ref(versionIri(product)),
    'dcat:contactPoint': contact(product.holder),
    'dct:publisher': agent(product.holder),
    'dct:accessRights': accessRights(product.access),
    'dct:license': license(product),
  };
}

function license(product: ProductDescription): GraphNode {
  return {
    '@id': `${versionIri(product)}/terms`,
    '@type': 'dct:LicenseDocument',
    'rdfs:label': words(product.terms),
    'dct:type': concept('http://purl.org/adms/licencetype/UnknownIPR', 'contract'),
  };
}

function measurement({ metric, value }: ProductDescription['quality'][number], product: ProductDescription): GraphNode {
  return {
    '@type': 'dqv:QualityMeasurement',
    'dqv:computedOn': ref(versionIri(product)),
    'dqv:isMeasurementOf': {
      '@id': `https://banyan.health/id/metrics/${metric.id}`,
      '@type': 'dqv:Metric',
      'skos:prefLabel': words(metric.label),
      'dqv:expectedDataType': ref('http://www.w3.org/2001/XMLSchema#decimal'),
    },
    'dqv:value': typed(decimal(value), 'xsd:decimal'),
  };
}

function checksum(sha256: string): GraphNode {
  return {
    '@type': 'spdx:Checksum',
    'spdx:algorithm': {
      '@id': 'http://spdx.org/rdf/terms#checksumAlgorithm_sha256',
      '@type': 'spdx:ChecksumAlgorithm',
    },
    'spdx:checksumValue': typed(sha256, 'xsd:hexBinary'),
  };
}

export function agent({ iri, name }: AgentDescription): GraphNode {
  return { '@id': iri, '@type': 'foaf:Agent', 'foaf:name': words(name) };
}

export function contact({ iri, name, page }: AgentDescription): GraphNode {
  return {
    '@id': `${iri}#contact`,
    '@type': 'vcard:Kind',
    'vcard:fn': text(name.en),
    'vcard:hasURL': ref(page),
  };
}

function theme({ id, label }: ProductDescription['topic']): GraphNode {
  return {
    '@id': `${THEMES}/${id}`,
    '@type': 'skos:Concept',
    'skos:prefLabel': words(label),
    'skos:inScheme': themeScheme(),
  };
}

const themeScheme = (): GraphNode => ({
  '@id': THEMES,
  '@type': 'skos:ConceptScheme',
  'dct:title': words({ en: 'Topics of the catalogue', zh: '目录主题' }),
});

const LANGUAGES: GraphNode[] = ['ENG', 'ZHO'].map((code) => ({
  '@id': `${EU}/language/${code}`,
  '@type': 'dct:LinguisticSystem',
}));

const FREQUENCIES: Record<Refresh, string> = {
  never: 'NEVER',
  daily: 'DAILY',
  weekly: 'WEEKLY',
  monthly: 'MONTHLY',
  quarterly: 'QUARTERLY',
};
function frequency(refresh: Refresh): GraphNode {
  return { '@id': `${EU}/frequency/${FREQUENCIES[refresh]}`, '@type': 'dct:Frequency' };
}

function accessRights(access: ProductDescription['access']): GraphNode {
  const code = { public: 'PUBLIC', restricted: 'RESTRICTED', 'non-public': 'NON_PUBLIC' }[access];
  return { '@id': `${EU}/access-right/${code}`, '@type': 'dct:RightsStatement' };
}

function periodOf({ from, to }: { from: string; to: string }): GraphNode {
  return {
    '@type': 'dct:PeriodOfTime',
    'dcat:startDate': typed(from, 'xsd:date'),
    'dcat:endDate': typed(to, 'xsd:date'),
  };
}

export function concept(iri: string, label: string): GraphNode {
  return { '@id': iri, '@type': 'skos:Concept', 'skos:prefLabel': { '@value': label, '@language': 'en' } };
}

function document(iri: string): GraphNode {
  return { '@id': iri, '@type': 'foaf:Document' };
}

export const text = (value: string): Literal => ({ '@value': value });
export const words = ({ en, zh }: Bilingual): Literal[] => [
  { '@value': en, '@language': 'en' },
  { '@value': zh, '@language': 'zh' },
];
export const ref = (iri: string): Reference => ({ '@id': iri });
export const typed = (value: string, type: Name): Literal => ({ '@value': value, '@type': type });
const time = (at: string): Literal => typed(at, 'xsd:dateTime');

/** xsd:decimal knows no exponent. */
function decimal(value: number): string {
  const plain = String(value);
  return plain.includes('e') ? value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '') : plain;
}

/** A member with these values, or none without any. */
export function some<N extends Name, V>(name: N, values: readonly V[]): { [member in N]?: V[] } {
  return values.length === 0 ? {} : ({ [name]: [...values] } as { [member in N]?: V[] });
}

/** The first of those with the same id. */
function unique(nodes: readonly GraphNode[]): GraphNode[] {
  const seen = new Set<string>();
  return nodes.filter(({ '@id': id }) => id === undefined || (!seen.has(id) && seen.add(id).size > 0));
}
