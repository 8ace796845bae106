import { useTranslation } from 'react-i18next';
import type { DrawnElement } from '../../src/modules/cluster/model.ts';
import { Panel, Scroller } from '../ui/index.ts';

const [WIDE, HIGH, GAP, STEP] = [168, 48, 28, 104];

interface Placed extends DrawnElement {
  x: number;
  y: number;
}

/** What needs what: a decision above what it stands on. The list below says the same in words. */
export function Graph({ elements }: { elements: readonly DrawnElement[] }) {
  const { t } = useTranslation('cluster');
  const placed = place(elements);
  const byKey = new Map(placed.map((element) => [element.key, element]));
  const width = Math.max(...placed.map(({ x }) => x + WIDE)) + GAP;
  const height = Math.max(...placed.map(({ y }) => y + HIGH)) + GAP;
  return (
    <Panel>
      <Scroller label={t('decisions.graph')} className="decision-scroll">
        <svg
          className="decision-graph"
          viewBox={`0 0 ${width} ${height}`}
          style={{ width, maxWidth: width }}
          role="img"
          aria-label={t('decisions.graph')}
        >
          <defs>
            <marker
              id="decision-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
          </defs>
          {placed.flatMap((above) =>
            above.needs.map((key) => {
              const below = byKey.get(key);
              if (below === undefined) return null;
              const isKnowledge = below.kind === 'knowledge' || below.kind === 'service';
              return (
                <line
                  key={`${above.key} ${key}`}
                  x1={below.x + WIDE / 2}
                  y1={below.y}
                  x2={above.x + WIDE / 2}
                  y2={above.y + HIGH}
                  {...(isKnowledge && { strokeDasharray: '5 4' })}
                  markerEnd="url(#decision-arrow)"
                />
              );
            }),
          )}
          {placed.map(({ key, name, kind, x, y }) => (
            <g key={key} className={`decision-${kind}`}>
              <title>{`${t(`decisions.elements.${kind}`)}: ${name}`}</title>
              {kind === 'knowledge' ? (
                <path d={`M${x + 12} ${y}H${x + WIDE}V${y + HIGH - 12}L${x + WIDE - 12} ${y + HIGH}H${x}V${y + 12}z`} />
              ) : (
                <rect x={x} y={y} width={WIDE} height={HIGH} rx={ROUND[kind]} />
              )}
              <text x={x + WIDE / 2} y={y + HIGH / 2 + 4} textAnchor="middle">
                {name.length > 24 ? `${name.slice(0, 23)}…` : name}
              </text>
            </g>
          ))}
        </svg>
      </Scroller>
      <ul>
        {placed
          .filter(({ kind }) => kind !== 'input')
          .map(({ key, name, kind, needs }) => (
            <li key={key}>
              {t('decisions.needs', {
                kind: t(`decisions.elements.${kind}`),
                name,
                needs: needs.map((needed) => byKey.get(needed)?.name ?? '?').join(', ') || t('decisions.nothing'),
              })}
            </li>
          ))}
      </ul>
    </Panel>
  );
}

const ROUND = { input: HIGH / 2, decision: 0, service: 12, knowledge: 0 } as const;

/** In layers, everything above all that it needs; within a layer near what it needs. */
function place(elements: readonly DrawnElement[]): Placed[] {
  const byKey = new Map(elements.map((element) => [element.key, element]));
  const layers = new Map<string, number>();
  const layerOf = (key: string): number => {
    const known = layers.get(key);
    if (known !== undefined) return known;
    const needs = byKey.get(key)?.needs ?? [];
    const layer = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(layerOf));
    layers.set(key, layer);
    return layer;
  };
  for (const { key } of elements) layerOf(key);
  // What needs nothing lies right below the first that needs it.
  for (const { key, needs } of elements) {
    const above = elements.filter((element) => element.needs.includes(key)).map((element) => layerOf(element.key));
    if (needs.length === 0 && above.length > 0) layers.set(key, Math.min(...above) - 1);
  }
  const rows = Map.groupBy(elements, ({ key }) => layerOf(key));
  const top = Math.max(0, ...rows.keys());
  const widest = Math.max(...[...rows.values()].map(({ length }) => length));
  const centre = new Map<string, number>();
  return [...rows]
    .sort(([a], [b]) => a - b)
    .flatMap(([layer, row]) => {
      const wish = ({ needs, key }: DrawnElement) =>
        needs.length === 0
          ? elements.findIndex((element) => element.key === key)
          : needs.reduce((sum, needed) => sum + (centre.get(needed) ?? 0), 0) / needs.length;
      const left = ((widest - row.length) * (WIDE + GAP)) / 2 + GAP;
      return row
        .toSorted((a, b) => wish(a) - wish(b))
        .map((element, at): Placed => {
          const x = left + at * (WIDE + GAP);
          centre.set(element.key, x);
          return { ...element, x, y: GAP + (top - layer) * STEP };
        });
    });
}
