import { Problem } from '#kernel/problem';

interface Edge {
  subject: string;
  predicate: string;
  object: string;
}
type Look = (ids: readonly string[]) => Promise<readonly Edge[]>;

export interface Walk {
  /** Things that were met, with their distance. */
  steps: Map<string, number>;
  edges: Edge[];
  /** There was more than was allowed. */
  cut: boolean;
}

/** Everything within so many steps, relations taken in both directions; of what is too much the nearest stay. */
export async function spread(
  from: string,
  { steps: most, mostNodes }: { steps: number; mostNodes: number },
  look: Look,
): Promise<Walk> {
  const steps = new Map([[from, 0]]);
  const found = new Map<string, Edge>();
  let edge: string[] = [from];
  let cut = false;
  for (let step = 1; step <= most && edge.length > 0; step += 1) {
    const next: string[] = [];
    for (const each of await look(edge)) {
      for (const id of [each.subject, each.object]) {
        if (steps.has(id)) continue;
        if (steps.size === mostNodes) {
          cut = true;
          continue;
        }
        steps.set(id, step);
        next.push(id);
      }
      found.set(`${each.subject} ${each.predicate} ${each.object}`, each);
    }
    edge = next;
  }
  const edges = [...found.values()].filter(({ subject, object }) => steps.has(subject) && steps.has(object));
  return { steps, edges, cut };
}

/**
 * The shortest way between two things, from both ends at once, the smaller side first.
 *
 * @throws Problem `too-costly` where so many things were seen that the answer would take long
 */
export async function meet(
  from: string,
  to: string,
  { steps: most, mostSeen }: { steps: number; mostSeen: number },
  look: Look,
): Promise<Walk> {
  if (from === to) return { steps: new Map([[from, 0]]), edges: [], cut: false };
  // Each side keeps by which relation it came to a thing first.
  const sides = [from, to].map((id) => ({ came: new Map<string, Edge | null>([[id, null]]), edge: [id] }));
  for (let step = 0; step < most; step += 1) {
    const [near, far] = sides.toSorted((one, two) => one.edge.length - two.edge.length);
    if (near!.edge.length === 0) break;
    const next: string[] = [];
    const edges = await look(near!.edge);
    if (edges.length >= mostSeen) throw tooMany(mostSeen);
    for (const each of edges)
      for (const [at, id] of [
        [each.subject, each.object],
        [each.object, each.subject],
      ] as const) {
        if (!near!.came.has(at) || near!.came.has(id)) continue;
        near!.came.set(id, each);
        next.push(id);
      }
    // The other side may have come to them after different numbers of steps.
    const [shortest] = next
      .filter((id) => far!.came.has(id))
      .map((id) => wayThrough(id, sides[0]!.came, sides[1]!.came))
      .toSorted((one, two) => one.steps.size - two.steps.size);
    if (shortest !== undefined) return shortest;
    if (near!.came.size + far!.came.size > mostSeen) throw tooMany(mostSeen);
    near!.edge = next;
  }
  return { steps: new Map(), edges: [], cut: false };
}

function tooMany(most: number): Problem {
  return new Problem('too-costly', 'too many things lie between the two', { most });
}

function wayThrough(
  middle: string,
  back: ReadonlyMap<string, Edge | null>,
  on: ReadonlyMap<string, Edge | null>,
): Walk {
  const [first, second] = [back, on].map((came) => {
    const way: { id: string; edge: Edge }[] = [];
    let at = middle;
    for (let edge = came.get(at) ?? null; edge !== null; edge = came.get(at) ?? null) {
      at = edge.subject === at ? edge.object : edge.subject;
      way.push({ id: at, edge });
    }
    return way;
  });
  const ids = [...first!.toReversed().map(({ id }) => id), middle, ...second!.map(({ id }) => id)];
  const edges = [...first!.toReversed(), ...second!].map(({ edge }) => edge);
  return { steps: new Map(ids.map((id, step) => [id, step])), edges, cut: false };
}
