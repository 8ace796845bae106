import { MapboxOverlay } from '@deck.gl/mapbox';
import type { Map as Chart, StyleSpecification } from 'maplibre-gl';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Boundaries } from '../shell/boundaries.ts';
import { language } from '../shell/index.ts';
import { openRegion, REGION } from '../shell/region-chart.ts';
import { type Choice, choiceOf, drawScene } from './map-layers.ts';
import type { Operations } from './model.ts';
import { follow, isMoving, positionAt, type Track, trailAt } from './motion.ts';

export interface MapHandle {
  fit(): void;
  goTo(lon: number, lat: number): void;
}

interface MapProps {
  ref: Ref<MapHandle>;
  boundaries: Boundaries;
  operations: Operations;
  chosen: Choice | undefined;
  choose(choice: Choice | undefined): void;
  paused: boolean;
  scale: number;
}

const MOST_FRAMES_A_SECOND = 30;
const BEAT_MS = 1_600;

/** The dark map: boundaries below, the living things above, nothing fetched but from our own server. */
export default function OperationsMap({ ref, boundaries, operations, chosen, choose, paused, scale }: MapProps) {
  const { t } = useTranslation('operations');
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const tracks = useRef(new Map<string, Track>());
  const latest = useRef({ operations, chosen, paused, scale, choose });
  latest.current = { operations, chosen, paused, scale, choose };
  const drawNow = useRef<() => void>(undefined);

  useEffect(() => {
    const now = performance.now();
    const before = tracks.current;
    tracks.current = new Map(
      operations.vehicles.map((vehicle) => [vehicle.id, follow(before.get(vehicle.id), vehicle, now)]),
    );
  }, [operations.vehicles]);

  useEffect(() => {
    const map = openRegion(place.current as HTMLElement, {
      style: styleOf(boundaries),
      padding: paddingOf(place.current as HTMLElement, latest.current.scale),
    });
    const overlay = new MapboxOverlay({
      layers: [],
      pickingRadius: 8,
      onClick: (info) => latest.current.choose(choiceOf(info)),
      getCursor: ({ isHovering }) => (isHovering ? 'pointer' : 'grab'),
    });
    map.addControl(overlay);
    chart.current = map;

    const units = boundaries.features.map(({ properties }) => properties);
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    let lastMs = 0;
    const draw = (nowMs: number) => {
      lastMs = nowMs;
      const { operations: told, chosen: choice, scale: size } = latest.current;
      const shownMs = still.matches ? Number.MAX_SAFE_INTEGER : nowMs;
      overlay.setProps({
        layers: drawScene({
          places: told.coverage,
          units,
          language: language(),
          zoom: map.getZoom(),
          scale: size,
          beat: still.matches ? 0.5 : (nowMs % BEAT_MS) / BEAT_MS,
          chosen: choice,
          vehicles: told.vehicles.flatMap((vehicle) => {
            const track = tracks.current.get(vehicle.id);
            return track === undefined
              ? []
              : [{ vehicle, at: positionAt(track, shownMs), trail: trailAt(track, shownMs) }];
          }),
        }),
      });
    };
    drawNow.current = () => draw(performance.now());
    // Frames are drawn only while something moves or pulses: a wall at night costs nothing.
    let frame = requestAnimationFrame(function next(nowMs) {
      frame = requestAnimationFrame(next);
      if (latest.current.paused || still.matches || nowMs - lastMs < 1_000 / MOST_FRAMES_A_SECOND) return;
      const moves = [...tracks.current.values()].some((track) => isMoving(track, nowMs));
      const pulses = latest.current.operations.vehicles.some(({ state }) => state === 'excursion');
      if (moves || pulses) draw(nowMs);
    });
    map.on('zoomend', drawNow.current);
    map.on('load', drawNow.current);
    const watch = new ResizeObserver(() => map.resize());
    watch.observe(place.current as HTMLElement);
    return () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      map.remove();
      chart.current = undefined;
      drawNow.current = undefined;
    };
  }, [boundaries]);

  const spoken = language();
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what a new drawing is for
  useEffect(() => drawNow.current?.(), [operations, chosen, scale, spoken]);

  useImperativeHandle(ref, () => ({
    fit: () =>
      chart.current?.fitBounds(REGION, { padding: paddingOf(place.current as HTMLElement, latest.current.scale) }),
    goTo: (lon, lat) => chart.current?.easeTo({ center: [lon, lat], zoom: Math.max(11, chart.current.getZoom()) }),
  }));

  return <section ref={place} className="ops-map" aria-label={t('map')} />;
}

/** Keeps the region clear of the panels, which lie over the map where there is room for both. */
function paddingOf({ clientWidth }: HTMLElement, scale: number) {
  const beside = clientWidth > 1_100;
  return { top: 20, bottom: 20, left: beside ? 260 * scale : 20, right: beside ? 310 * scale : 20 };
}

/** Boundaries only: no tiles, no glyphs, no sprites. The names are drawn above with the system's own font. */
function styleOf(boundaries: Boundaries): StyleSpecification {
  return {
    version: 8,
    sources: { region: { type: 'geojson', data: boundaries } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': '#050d0e' } },
      {
        id: 'around',
        type: 'fill',
        source: 'region',
        filter: ['==', ['get', 'level'], 'around'],
        paint: { 'fill-color': '#0a1615' },
      },
      {
        id: 'cities',
        type: 'fill',
        source: 'region',
        filter: ['==', ['get', 'level'], 'city'],
        paint: { 'fill-color': '#0f2321' },
      },
      {
        id: 'districts',
        type: 'fill',
        source: 'region',
        filter: ['==', ['get', 'level'], 'district'],
        paint: { 'fill-color': '#14312d' },
      },
      {
        id: 'district-borders',
        type: 'line',
        source: 'region',
        filter: ['==', ['get', 'level'], 'district'],
        paint: { 'line-color': '#2a5a53', 'line-width': 1, 'line-opacity': 0.8 },
      },
      {
        id: 'city-glow',
        type: 'line',
        source: 'region',
        filter: ['==', ['get', 'level'], 'city'],
        paint: { 'line-color': '#2fae9a', 'line-width': 6, 'line-blur': 6, 'line-opacity': 0.22 },
      },
      {
        id: 'city-borders',
        type: 'line',
        source: 'region',
        filter: ['==', ['get', 'level'], 'city'],
        paint: { 'line-color': '#3c8478', 'line-width': 1.2 },
      },
    ],
  };
}
