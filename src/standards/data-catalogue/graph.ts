/** Prefixes of every vocabulary that is spoken here; also the JSON-LD context. */
const PREFIXES = {
  adms: 'http://www.w3.org/ns/adms#',
  csvw: 'http://www.w3.org/ns/csvw#',
  cv: 'http://data.europa.eu/m8g/',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcatap: 'http://data.europa.eu/r5r/',
  dct: 'http://purl.org/dc/terms/',
  dqv: 'http://www.w3.org/ns/dqv#',
  eli: 'http://data.europa.eu/eli/ontology#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  healthdcatap: 'http://healthdataportal.eu/ns/health#',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  prov: 'http://www.w3.org/ns/prov#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

type Prefix = keyof typeof PREFIXES;
export type Name = `${Prefix}:${string}`;

export interface Literal {
  '@value': string;
  '@language'?: string;
  '@type'?: Name;
}
export interface Reference {
  '@id': string;
}
type Value = Literal | Reference | GraphNode;

/** A thing with its statements, as JSON-LD under `PREFIXES`; without an id it is known only where it stands. */
export interface GraphNode {
  '@id'?: string;
  '@type': Name | Name[];
  [predicate: Name]: Value | Value[];
}

/** The statements as JSON-LD that needs no context from elsewhere. */
export function writeJsonLd(nodes: readonly GraphNode[]): object {
  return { '@context': PREFIXES, '@graph': nodes };
}

/** The same statements as Turtle. Things with an id are told once each, in the order in which they come up. */
export function writeTurtle(nodes: readonly GraphNode[]): string {
  const waiting = [...nodes];
  const blocks: string[] = [];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    const { '@id': id, ...rest } = node;
    const subject = id === undefined ? '[]' : writeIri(id);
    blocks.push(`${subject} ${writeStatements(rest, '  ', waiting)} .\n`);
  }
  const prefixes = Object.entries(PREFIXES).map(([name, iri]) => `@prefix ${name}: <${iri}> .\n`);
  return `${prefixes.join('')}\n${blocks.join('\n')}`;
}

function writeStatements(node: object, indent: string, waiting: GraphNode[]): string {
  const lines = Object.entries(node).map(([name, value]) => {
    const values = [value].flat() as (Value | Name)[];
    if (name === '@type') return `a ${values.join(', ')}`;
    return `${name} ${values.map((one) => writeValue(one as Value, indent, waiting)).join(', ')}`;
  });
  return lines.join(` ;\n${indent}`);
}

function writeValue(value: Value, indent: string, waiting: GraphNode[]): string {
  if ('@value' in value) {
    const text = JSON.stringify(value['@value']);
    if (value['@language'] !== undefined) return `${text}@${value['@language']}`;
    return value['@type'] === undefined ? text : `${text}^^${value['@type']}`;
  }
  const { '@id': id, ...rest } = value as Partial<GraphNode>;
  const isTold = Object.keys(rest).length > 0;
  if (id === undefined) return `[\n${indent}  ${writeStatements(rest, `${indent}  `, waiting)}\n${indent}]`;
  if (isTold) waiting.push(value as GraphNode);
  return writeIri(id);
}

/** @throws RangeError for what no address may hold: it could end the statement and begin another */
function writeIri(iri: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020<>"{}|^`\\]/.test(iri)) throw new RangeError('an address holds a character that none may hold');
  return `<${iri}>`;
}
