import { readFileSync } from 'node:fs';
import { Parser, type Quad, type Term } from 'n3';

/** What Turtle files say, with look-ups as the tests need them. */
export interface Graph {
  /** Objects of a subject's property, by local name of our namespaces or IRI. */
  all(subject: string, property: string): Term[];
  one(subject: string, property: string): string | undefined;
  /** Subjects of a type. */
  ofType(type: string): string[];
  /** The node as JSON-LD with everything under it inline. */
  tree(subject: string): Record<string, unknown>;
  quads: readonly Quad[];
}

const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';

export function readTurtle(...files: readonly string[]): Graph {
  const quads = files.flatMap((file) => new Parser().parse(readFileSync(file, 'utf8')));
  const bySubject = Map.groupBy(quads, ({ subject }) => subject.value);
  const all = (subject: string, property: string): Term[] =>
    (bySubject.get(subject) ?? []).filter(({ predicate }) => predicate.value === property).map(({ object }) => object);

  const tree = (subject: string, above: readonly string[] = []): Record<string, unknown> => {
    const node: Record<string, unknown> = { '@id': subject };
    const properties = Map.groupBy(bySubject.get(subject) ?? [], ({ predicate }) => predicate.value);
    for (const [property, found] of properties) {
      node[property === TYPE ? '@type' : property] = found.map(({ object }) => {
        if (property === TYPE) return object.value;
        if (object.termType === 'Literal') return { '@value': object.value, '@type': object.datatype.value };
        const isNode = bySubject.has(object.value) && !above.includes(object.value);
        return isNode ? tree(object.value, [...above, subject]) : { '@id': object.value };
      });
    }
    return node;
  };
  return {
    all,
    one: (subject, property) => all(subject, property)[0]?.value,
    ofType: (type) =>
      quads
        .filter(({ predicate, object }) => predicate.value === TYPE && object.value === type)
        .map(({ subject }) => subject.value),
    tree,
    quads,
  };
}
