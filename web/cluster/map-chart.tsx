import { type Map as Chart, type GeoJSONSource, Marker, type StyleSpecification } from 'maplibre-gl';
import { useEffect, useRef } from 'react';
import type { MapKind, MapThing } from '../../src/modules/cluster/model.ts';
import type { Boundaries } from '../shell/boundaries.ts';
import { language } from '../shell/index.ts';
import { openRegion } from '../shell/region-chart.ts';
import type { Look } from '../ui/index.ts';
import { type AreaCount, KIND_COLOURS } from './views-ask.ts';

interface ChartProps {
  label: string;
  boundaries: Boundaries;
  look: Look;
  counts: readonly AreaCount[];
  /** Things with a point that a source says. */
  points: readonly MapThing[];
  nameOf: (area: string) => string;
  /** A bubble in words. */
  tell: (count: AreaCount) => string;
  /** Areas that stand out. */
  marked: readonly string[];
  choose: (area: string) => void;
  chooseThing: (id: string) => void;
  /** The area that the map goes to; the whole region without one. */
  focus?: string;
  /** Jumps instead of flying. */
  still?: boolean;
  /** How large things are drawn: 1 on a desk. */
  scale?: number;
}

/** The region with a bubble for each division: what is known to lie somewhere in it, and no more than that. */
export default function IndustryChart(props: ChartProps) {
  const { boundaries, look, counts, points, marked, focus, still = false, scale = 1 } = props;
  const spoken = language();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const isReady = useRef(false);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const map = openRegion(place.current!, {
      style: styleOf(boundaries, look),
      padding: paddingOf(place.current!),
      title: latest.current.label,
    });
    chart.current = map;
    isReady.current = false;
    map.once('load', () => {
      isReady.current = true;
    });
    map.on('click', 'points', ({ features }) => {
      const id: unknown = features?.[0]?.properties['id'];
      if (typeof id === 'string') latest.current.chooseThing(id);
    });
    const watch = new ResizeObserver(() => map.resize());
    watch.observe(place.current!);
    return () => {
      watch.disconnect();
      map.remove();
      chart.current = undefined;
    };
  }, [boundaries, look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a map of another look is another map, and the names are of the language
  useEffect(() => {
    const map = chart.current!;
    const draw = () => {
      map.setPaintProperty('areas', 'fill-color', shadeOf(counts, look));
      map.getSource<GeoJSONSource>('points')?.setData(pointsOf(points));
      settle();
    };
    const bubbles = counts.flatMap((count) => {
      const at = boundaries.features.find(({ properties }) => properties.adcode === count.area)?.properties.label;
      if (at === undefined) return [];
      const radius = scale * (13 + Math.min(15, 3 * Math.sqrt(count.n)));
      const element = bubbleOf(count, { radius, scale, isMarked: marked.includes(count.area), ...latest.current });
      element.addEventListener('click', () => latest.current.choose(count.area));
      return [{ at, radius, marker: new Marker({ element }).setLngLat(at).addTo(map) }];
    });
    const settle = () => {
      const moved = apart(bubbles.map(({ at, radius }) => ({ ...map.project(at), radius: radius + 9 * scale })));
      for (const [place, { marker }] of bubbles.entries()) marker.setOffset(moved[place]!);
      if (!isReady.current) return;
      const lines = bubbles.flatMap(({ at }, place) => {
        const [dx, dy] = moved[place]!;
        if (Math.hypot(dx, dy) < TIED_PX) return [];
        const { x, y } = map.project(at);
        return [[at, map.unproject([x + dx, y + dy]).toArray()]];
      });
      map.getSource<GeoJSONSource>('ties')?.setData({ type: 'MultiLineString', coordinates: lines });
    };
    if (isReady.current) draw();
    else map.once('load', draw);
    settle();
    map.on('zoomend', settle);
    return () => {
      map.off('zoomend', settle);
      map.off('load', draw);
      for (const { marker } of bubbles) marker.remove();
    };
  }, [boundaries, look, counts, points, marked, scale, spoken]);

  useEffect(() => {
    const found = boundaries.features.find(({ properties }) => properties.adcode === focus);
    const bounds = found === undefined ? WHOLE : boxOf(found.geometry.coordinates.flat(2) as [number, number][]);
    chart.current?.fitBounds(bounds, {
      padding: paddingOf(place.current!),
      maxZoom: 9.4 + Math.log2(scale),
      animate: !still,
      duration: 2_500,
    });
  }, [boundaries, focus, still, scale]);

  return <div ref={place} className="industry-map" />;
}

function bubbleOf(
  count: AreaCount,
  by: Pick<ChartProps, 'nameOf' | 'tell'> & { radius: number; scale: number; isMarked: boolean },
): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = `map-bubble ${by.isMarked ? 'is-marked' : ''}`;
  button.title = by.tell(count);
  button.setAttribute('aria-pressed', String(by.isMarked));
  button.style.fontSize = `${13 * by.scale}px`;
  const ring = document.createElement('span');
  ring.className = 'map-ring';
  ring.style.width = ring.style.height = `${2 * by.radius}px`;
  ring.style.background = ringOf(count);
  const number = document.createElement('span');
  number.textContent = String(count.n);
  ring.append(number);
  const name = document.createElement('span');
  name.className = 'map-name';
  name.textContent = by.nameOf(count.area);
  button.append(ring, ' ', name);
  return button;
}

/** The share of each kind as a ring. */
function ringOf({ kinds, n }: AreaCount): string {
  let from = 0;
  const parts = Object.entries(kinds).map(([kind, own]) => {
    const to = from + (360 * own) / n;
    const part = `${KIND_COLOURS[kind as MapKind]} ${from}deg ${to}deg`;
    from = to;
    return part;
  });
  return `conic-gradient(${parts.join(', ')})`;
}

/** Every division that can have a bubble, but for one far north. */
const WHOLE: [[number, number], [number, number]] = [
  [112.25, 21.95],
  [114.75, 23.75],
];
const ROUNDS = 80;
/** How much of its way back a bubble goes in each round. */
const PULL = 0.02;
/** Bubbles further from their place than this are tied to it by a line. */
const TIED_PX = 14;

/** Bubbles that would lie on each other are moved aside, each as little as it takes. */
function apart(circles: readonly { x: number; y: number; radius: number }[]): [number, number][] {
  const at = circles.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < at.length; i++)
      for (let j = i + 1; j < at.length; j++) {
        const [one, two] = [at[i]!, at[j]!];
        const [dx, dy] = [two.x - one.x || 0.1, two.y - one.y || 0.1];
        const distance = Math.hypot(dx, dy);
        const overlap = circles[i]!.radius + circles[j]!.radius - distance;
        if (overlap <= 0) continue;
        const [mx, my] = [(dx / distance) * (overlap / 2), (dy / distance) * (overlap / 2)];
        one.x -= mx;
        one.y -= my;
        two.x += mx;
        two.y += my;
      }
    for (const [place, one] of at.entries()) {
      one.x += (circles[place]!.x - one.x) * PULL;
      one.y += (circles[place]!.y - one.y) * PULL;
    }
  }
  return at.map(({ x, y }, place) => [x - circles[place]!.x, y - circles[place]!.y]);
}

function paddingOf({ clientWidth }: HTMLElement) {
  const all = clientWidth < 600 ? 8 : 28;
  return { top: all, bottom: all, left: all, right: all };
}

function boxOf(points: readonly [number, number][]): [[number, number], [number, number]] {
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  const ends = (values: number[]) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const [[west, east], [south, north]] = [ends(lons), ends(lats)];
  return [
    [west!, south!],
    [east!, north!],
  ];
}

const INK = {
  light: {
    sea: '#dfeaf0',
    land: '#eef1ee',
    line: '#b3c0bb',
    tie: '#53635f',
    shades: ['#f8faf8', '#d3ebe3', '#a5d6c7', '#6fbda8'],
  },
  dark: {
    sea: '#050d0e',
    land: '#0a1615',
    line: '#2f5d56',
    tie: '#9cb0ab',
    shades: ['#10211f', '#174038', '#1d5a4e', '#237566'],
  },
} as const;
const SHADES_FROM = [0, 1, 4, 10] as const;

/** The more there is, the deeper. */
function shadeOf(counts: readonly AreaCount[], look: Look) {
  const { shades } = INK[look];
  const pairs = counts.flatMap(({ area, n }) => [area, shades[SHADES_FROM.findLastIndex((from) => n >= from)]!]);
  return pairs.length === 0 ? shades[0] : (['match', ['get', 'adcode'], ...pairs, shades[0]] as never);
}

function pointsOf(things: readonly MapThing[]): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: things.flatMap(({ id, kind, position }) =>
      position === null
        ? []
        : [
            {
              type: 'Feature',
              properties: { id, colour: KIND_COLOURS[kind] },
              geometry: { type: 'Point', coordinates: [position.longitude, position.latitude] },
            },
          ],
    ),
  };
}

function styleOf(boundaries: Boundaries, look: Look): StyleSpecification {
  const { sea, land, line, tie, shades } = INK[look];
  const level = (name: string) => ['==', ['get', 'level'], name] as never;
  return {
    version: 8,
    sources: {
      region: { type: 'geojson', data: boundaries },
      points: { type: 'geojson', data: pointsOf([]) },
      ties: { type: 'geojson', data: { type: 'MultiLineString', coordinates: [] } },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': sea } },
      { id: 'around', type: 'fill', source: 'region', filter: level('around'), paint: { 'fill-color': land } },
      {
        id: 'areas',
        type: 'fill',
        source: 'region',
        filter: ['!=', ['get', 'level'], 'around'] as never,
        paint: { 'fill-color': shades[0] },
      },
      {
        id: 'district-borders',
        type: 'line',
        source: 'region',
        filter: level('district'),
        paint: { 'line-color': line, 'line-width': 0.8 },
      },
      {
        id: 'city-borders',
        type: 'line',
        source: 'region',
        filter: level('city'),
        paint: { 'line-color': line, 'line-width': 1.8 },
      },
      { id: 'ties', type: 'line', source: 'ties', paint: { 'line-color': tie, 'line-width': 1.5 } },
      {
        id: 'points',
        type: 'circle',
        source: 'points',
        paint: {
          'circle-color': ['get', 'colour'] as never,
          'circle-radius': 6,
          'circle-stroke-color': shades[0],
          'circle-stroke-width': 1.5,
        },
      },
    ],
  };
}
