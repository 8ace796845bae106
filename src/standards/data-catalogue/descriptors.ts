import { versionIri } from './dcat.ts';
import type { Bilingual, ColumnDescription, ProductDescription } from './description.ts';

/** Of the standards below, whose texts know one language: both, one after the other. */
const both = ({ en, zh }: Bilingual): string => (en === zh ? en : `${en} / ${zh}`);
const semantic = ({ version }: ProductDescription): string => `${version}.0.0`;

/**
 * The product as a data product descriptor.
 *
 * Source: Bitol Open Data Product Standard 1.0.0.
 */
export function dataProduct(product: ProductDescription): object {
  const { id, iri, title, summary, topic, holder, operator, terms, provenance, keywords, sources, issued } = product;
  return {
    apiVersion: 'v1.0.0',
    kind: 'DataProduct',
    id,
    name: both(title),
    version: semantic(product),
    status: 'active',
    domain: topic.id,
    tenant: holder.name.en,
    description: { purpose: both(summary), limitations: both(terms), usage: both(provenance) },
    tags: [...keywords],
    outputPorts: product.ways.map((way) => ({
      name: way,
      description: both(title),
      type: product.kind,
      version: semantic(product),
      contractId: contractId(product),
    })),
    support: [{ channel: operator.name.en, url: operator.page }],
    team: { name: both(holder.name) },
    authoritativeDefinitions: [{ type: 'description', url: iri }],
    customProperties: [{ property: 'sources', value: sources.map((source) => source.iri) }],
    productCreatedTs: issued,
  };
}

const LOGICAL = { text: 'string', code: 'string', integer: 'integer', decimal: 'number', date: 'date' } as const;
const PERIODS = { never: 0, daily: 1, weekly: 7, monthly: 30, quarterly: 91 } as const;

/**
 * What a buyer may count on, as a data contract.
 *
 * Source: Bitol Open Data Contract Standard 3.1.0.
 */
export function dataContract(product: ProductDescription): object {
  const { title, summary, topic, holder, operator, terms, provenance, keywords, issued, priceFen, refresh } = product;
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: contractId(product),
    name: both(title),
    version: semantic(product),
    status: 'active',
    domain: topic.id,
    tenant: holder.name.en,
    dataProduct: product.id,
    description: { purpose: both(summary), limitations: both(terms), usage: both(provenance) },
    tags: [...keywords],
    schema: [
      {
        name: 'content',
        logicalType: 'object',
        physicalType: 'table',
        description: both(summary),
        properties: product.columns.map(propertyOf),
        ...(product.quality.length > 0 && {
          quality: product.quality.map(({ metric, value }) => ({
            name: metric.id,
            type: 'text',
            description: `${both(metric.label)}: ${value}`,
          })),
        }),
      },
    ],
    ...(priceFen !== undefined && {
      price: { priceAmount: priceFen / 100, priceCurrency: 'CNY', priceUnit: 'contract' },
    }),
    ...(refresh !== 'never' && {
      slaProperties: [{ property: 'frequency', value: PERIODS[refresh], unit: 'd' }],
    }),
    support: [{ channel: operator.name.en, url: operator.page }],
    team: { name: both(holder.name) },
    authoritativeDefinitions: [{ type: 'description', url: versionIri(product) }],
    contractCreatedTs: issued,
  };
}

const contractId = ({ id, version }: ProductDescription): string => `${id}/${version}`;

function propertyOf({ name, label, meaning, type, unit, codes }: ColumnDescription): object {
  const custom = [
    ...(unit === undefined ? [] : [{ property: 'ucumUnit', value: unit }]),
    ...(codes ?? []).map(({ code, label: said }) => ({ property: `code:${code}`, value: both(said) })),
  ];
  return {
    name,
    businessName: both(label),
    description: both(meaning),
    logicalType: LOGICAL[type],
    physicalType: type,
    ...(custom.length > 0 && { customProperties: custom }),
  };
}

const CROISSANT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileProperty: 'cr:fileProperty',
  fileObject: 'cr:fileObject',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const CROISSANT_TYPES = {
  text: 'sc:Text',
  code: 'sc:Text',
  integer: 'sc:Integer',
  decimal: 'sc:Float',
  date: 'sc:Date',
} as const;

/**
 * The newest content as a data set for machine learning; files without a digest are left out, since the format demands one.
 *
 * Source: MLCommons Croissant 1.0.
 */
export function croissant(product: ProductDescription): object {
  const last = product.releases.at(-1);
  const file = `release-${last?.id}.csv`;
  const hasFile = last?.sha256 !== undefined;
  return {
    '@context': CROISSANT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: product.title.en,
    alternateName: product.title.zh,
    description: both(product.summary),
    license: `${versionIri(product)}/terms`,
    url: product.page,
    creator: { '@type': 'sc:Organization', name: both(product.holder.name), url: product.holder.page },
    datePublished: product.issued,
    dateModified: product.modified,
    version: semantic(product),
    keywords: [...product.keywords],
    isLiveDataset: product.refresh !== 'never',
    ...(hasFile && {
      distribution: [
        {
          '@type': 'cr:FileObject',
          '@id': file,
          name: file,
          contentUrl: product.page,
          encodingFormat: 'text/csv',
          sha256: last.sha256,
        },
      ],
    }),
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'content',
        name: 'content',
        field: product.columns.map((column) => ({
          '@type': 'cr:Field',
          '@id': `content/${column.name}`,
          name: column.name,
          description: both(column.meaning),
          dataType: CROISSANT_TYPES[column.type],
          ...(hasFile && { source: { fileObject: { '@id': file }, extract: { column: column.name } } }),
        })),
      },
    ],
  };
}
