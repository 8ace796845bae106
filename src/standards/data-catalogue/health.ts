import { agent, concept, contact, productGraph, ref, some, text, typed, versionIri, words } from './dcat.ts';
import type { ProductDescription } from './description.ts';
import type { GraphNode } from './graph.ts';

/** What a health data product says beside what every product says. */
export interface HealthDescription {
  product: ProductDescription;
  /** The law under which the data are held, by its address. */
  legislation: { iri: string; title: { en: string; zh: string } };
  population: { en: string; zh: string };
}

const CATEGORIES = 'https://banyan.health/id/health-categories';

/**
 * The product as a health data set: what the document is about is the data set itself, not a catalogue.
 *
 * Source: HealthDCAT-AP, release 8, on DCAT-AP 3.0.1. Its lists of categories and coding systems are European and closed; categories here are
 * our own topics in a scheme of their own, and no coding system is claimed.
 */
export function healthGraph({ product, legislation, population }: HealthDescription): GraphNode[] {
  const rows = product.releases.at(-1)?.rows;
  const [first, ...rest] = productGraph(product).toSorted((one, two) => rankOf(one, product) - rankOf(two, product));
  const dataset: GraphNode = {
    ...first!,
    'dcatap:applicableLegislation': {
      '@id': legislation.iri,
      '@type': 'eli:LegalResource',
      'dct:title': words(legislation.title),
    },
    'healthdcatap:hdab': { ...agent(product.operator), 'cv:contactPoint': cpov(product) },
    'healthdcatap:healthCategory': {
      ...concept(`${CATEGORIES}/${product.topic.id}`, product.topic.label.en),
      'skos:inScheme': {
        '@id': CATEGORIES,
        '@type': 'skos:ConceptScheme',
        'dct:title': words({ en: 'Categories of health data', zh: '健康数据类别' }),
      },
    },
    'healthdcatap:populationCoverage': words(population),
    'healthdcatap:hasStructuredData': typed(String(product.columns.length > 0), 'xsd:boolean'),
    ...(product.columns.length > 0 && { 'healthdcatap:hasVariables': ref(`${versionIri(product)}/variables`) }),
    ...(rows !== undefined && { 'healthdcatap:numberOfRecords': typed(String(rows), 'xsd:nonNegativeInteger') }),
  };
  return [dataset, ...rest, contact(product.operator), ...variables(product)];
}

const rankOf = (node: GraphNode, product: ProductDescription): number => (node['@id'] === versionIri(product) ? 0 : 1);

function cpov({ operator }: ProductDescription): GraphNode {
  return { '@type': 'cv:ContactPoint', 'cv:contactPage': ref(operator.page) };
}

const DATATYPES = { text: 'string', code: 'string', integer: 'integer', decimal: 'decimal', date: 'date' } as const;

/** The columns as CSV on the Web describes them. */
function variables(product: ProductDescription): GraphNode[] {
  if (product.columns.length === 0) return [];
  const base = `${versionIri(product)}/variables`;
  const columns = product.columns.map(
    ({ name, label, meaning, type }): GraphNode => ({
      '@id': `${base}/${encodeURIComponent(name)}`,
      '@type': 'csvw:Column',
      'csvw:name': text(name),
      'csvw:title': words(label),
      'dct:description': words(meaning),
      'csvw:datatype': text(DATATYPES[type]),
    }),
  );
  return [
    {
      '@id': base,
      '@type': 'csvw:TableGroup',
      'csvw:table': { '@type': 'csvw:Table', ...some('csvw:column', columns) },
    },
  ];
}
