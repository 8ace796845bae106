import type { Layer, PickingInfo } from '@deck.gl/core';
import { IconLayer, LineLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers';
import type { Unit } from '../shell/boundaries.ts';
import type { Place, TemperatureState, Vehicle } from './model.ts';
import { drawSigns } from './signs.ts';

type Colour = [number, number, number];
type Shown = readonly [lon: number, lat: number];

/** What can be chosen on the map or in a list. */
export type Choice = { kind: 'vehicle' | 'place' | 'alarm'; id: string };

const COLOURS = {
  coverage: [246, 196, 68],
  laboratory: [126, 214, 255],
  key: [255, 92, 92],
  'in-range': [63, 224, 176],
  warning: [255, 158, 44],
  excursion: [255, 64, 129],
  silent: [150, 166, 163],
} as const satisfies Record<TemperatureState | 'coverage' | 'laboratory' | 'key', Colour>;

export interface Scene {
  places: readonly Place[];
  units: readonly Unit[];
  vehicles: readonly { vehicle: Vehicle; at: Shown; trail: readonly Shown[] }[];
  language: 'en' | 'zh';
  zoom: number;
  /** How large a CSS pixel's worth of drawing is: 1 on a desk, more on a wall. */
  scale: number;
  /** 0 to 1, the phase of what pulses. */
  beat: number;
  chosen: Choice | undefined;
}

/** Zooms at which names are told apart on a desk; what is drawn larger needs as much more. */
const CITY_LABELS_UNTIL = 9.8;
const DISTRICT_LABELS_FROM = 9;
/** Guangzhou: the city whose districts are drawn. */
const DISTRICTS_OF = '440100';
const PLACE_LABELS_FROM = 11;
const VEHICLE_LABELS_FROM = 9.6;
const FONT = 'system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** Everything that is drawn over the boundaries, from below to above. */
export function drawScene(drawn: Scene): Layer[] {
  const scene = { ...drawn, zoom: drawn.zoom - Math.log2(drawn.scale) };
  return [...places(scene), ...labels(scene), ...vehicles(scene)];
}

/** What a click on the map meant. */
export function choiceOf({ layer, object }: PickingInfo): Choice | undefined {
  if (layer?.id === 'vehicles') return { kind: 'vehicle', id: (object as { vehicle: Vehicle }).vehicle.id };
  if (layer?.id === 'places' || layer?.id === 'signs') return { kind: 'place', id: (object as Place).id };
  return undefined;
}

// A text layer without texts would draw its letters onto a canvas of no size: it is left out, or kept and hidden.
function labels({ units, language, zoom, scale }: Scene): Layer[] {
  const near = zoom >= DISTRICT_LABELS_FROM;
  const shown = units.filter(({ level, adcode }) => {
    if (level === 'district') return near;
    // The name of the city whose districts are named would lie on theirs.
    return level === 'city' && zoom < CITY_LABELS_UNTIL && !(near && adcode === DISTRICTS_OF);
  });
  if (shown.length === 0) return [];
  return [
    new TextLayer<Unit>({
      id: 'labels',
      data: shown,
      getPosition: ({ label }) => label,
      getText: (unit) => unit[language].replace(/[市区]$/, ''),
      getSize: ({ level }) => (level === 'city' ? 14 : 12) * scale,
      getColor: ({ level }) => (level === 'city' ? [188, 214, 207, 235] : [150, 182, 175, 220]),
      characterSet: 'auto',
      fontFamily: FONT,
      fontWeight: 600,
      fontSettings: { sdf: true, fontSize: 48, buffer: 6 },
      outlineWidth: 3,
      outlineColor: [6, 16, 15, 255],
      updateTriggers: { getText: language, getSize: scale },
    }),
  ];
}

function places({ places: all, language, zoom, scale, chosen }: Scene): Layer[] {
  const plain = all.filter(({ kind, key }) => !key && kind !== 'laboratory');
  const signed = all.filter(({ kind, key }) => key || kind === 'laboratory');
  const radius = ({ samplesToday }: Place) => (2 + Math.min(5, Math.sqrt(samplesToday) / 4)) * scale;
  const isChosen = ({ id }: Place) => chosen?.kind === 'place' && chosen.id === id;
  return [
    new ScatterplotLayer<Place>({
      id: 'glow',
      data: all,
      getPosition: ({ lon, lat }) => [lon, lat],
      getRadius: (place) => radius(place) * 2.4,
      radiusUnits: 'pixels',
      getFillColor: (place) => [...colourOf(place), 26],
      updateTriggers: { getRadius: scale },
    }),
    new ScatterplotLayer<Place>({
      id: 'places',
      data: plain,
      pickable: true,
      getPosition: ({ lon, lat }) => [lon, lat],
      getRadius: radius,
      radiusUnits: 'pixels',
      getFillColor: (place) => [...colourOf(place), 255],
      stroked: true,
      getLineColor: (place) => (isChosen(place) ? [255, 255, 255, 255] : [40, 30, 4, 200]),
      getLineWidth: (place) => (isChosen(place) ? 3 : 1) * scale,
      lineWidthUnits: 'pixels',
      updateTriggers: { getRadius: scale, getLineColor: chosen, getLineWidth: [chosen, scale] },
    }),
    new IconLayer<Place>({
      id: 'signs',
      data: signed,
      pickable: true,
      ...drawSigns(),
      getPosition: ({ lon, lat }) => [lon, lat],
      getIcon: ({ kind }) => (kind === 'laboratory' ? 'laboratory' : 'hospital'),
      getSize: (place) => (isChosen(place) ? 26 : 20) * scale,
      getColor: (place) => [...colourOf(place), 255],
      updateTriggers: { getSize: [chosen, scale] },
    }),
    new TextLayer<Place>({
      id: 'place-names',
      data: all,
      visible: zoom >= PLACE_LABELS_FROM,
      getPosition: ({ lon, lat }) => [lon, lat],
      getText: ({ name }) => name[language],
      getSize: 11 * scale,
      getColor: [230, 220, 190, 230],
      getPixelOffset: [0, 18 * scale],
      characterSet: 'auto',
      fontFamily: FONT,
      fontSettings: { sdf: true, fontSize: 44, buffer: 6 },
      outlineWidth: 3,
      outlineColor: [6, 16, 15, 255],
      updateTriggers: { getText: language },
    }),
  ];
}

function vehicles({ vehicles: all, zoom, scale, beat, chosen }: Scene): Layer[] {
  type One = Scene['vehicles'][number];
  const alarmed = all.filter(({ vehicle }) => vehicle.state === 'excursion');
  const isChosen = ({ vehicle }: One) => chosen?.kind === 'vehicle' && chosen.id === vehicle.id;
  const named = zoom >= VEHICLE_LABELS_FROM ? all : all.filter(isChosen);
  return [
    new LineLayer<Segment>({
      id: 'trails',
      data: all.flatMap(segments),
      getSourcePosition: ({ from }) => [...from],
      getTargetPosition: ({ to }) => [...to],
      getColor: ({ colour, strength }) => [...colour, 30 + 150 * strength],
      getWidth: ({ strength }) => (1 + 2 * strength) * scale,
    }),
    new ScatterplotLayer<One>({
      id: 'alarm-rings',
      data: alarmed,
      getPosition: ({ at }) => [...at],
      getRadius: (10 + 18 * beat) * scale,
      radiusUnits: 'pixels',
      filled: false,
      stroked: true,
      getLineColor: [...COLOURS.excursion, 220 * (1 - beat)],
      getLineWidth: 2 * scale,
      lineWidthUnits: 'pixels',
      updateTriggers: { getRadius: [beat, scale], getLineColor: beat },
    }),
    new IconLayer<One>({
      id: 'vehicles',
      data: all,
      pickable: true,
      ...drawSigns(),
      getPosition: ({ at }) => [...at],
      getIcon: ({ vehicle }) => (vehicle.state === 'silent' ? 'silent' : 'vehicle'),
      getAngle: ({ vehicle }) => -vehicle.heading,
      getSize: (one) => (isChosen(one) ? 32 : 24) * scale,
      getColor: ({ vehicle }) => [...COLOURS[vehicle.state], 255],
      updateTriggers: { getSize: [chosen, scale] },
    }),
    new TextLayer<One>({
      id: 'vehicle-names',
      data: named.length > 0 ? named : all,
      visible: named.length > 0,
      getPosition: ({ at }) => [...at],
      getText: ({ vehicle }) =>
        vehicle.temperatureC === null ? vehicle.name : `${vehicle.name}  ${vehicle.temperatureC.toFixed(1)} °C`,
      getSize: 11 * scale,
      getColor: ({ vehicle }) => [...COLOURS[vehicle.state], 255],
      getPixelOffset: [0, -20 * scale],
      characterSet: 'auto',
      fontFamily: FONT,
      fontSettings: { sdf: true, fontSize: 44, buffer: 6 },
      outlineWidth: 3,
      outlineColor: [6, 16, 15, 255],
    }),
  ];
}

interface Segment {
  from: Shown;
  to: Shown;
  colour: Colour;
  /** 0 at the tail, 1 at the vehicle. */
  strength: number;
}

function segments({ vehicle, trail }: Scene['vehicles'][number]): Segment[] {
  return trail.slice(1).map((to, at) => ({
    from: trail[at] as Shown,
    to,
    colour: [...COLOURS[vehicle.state]],
    strength: (at + 1) / (trail.length - 1),
  }));
}

function colourOf({ kind, key }: Place): Colour {
  if (key) return [...COLOURS.key];
  return kind === 'laboratory' ? [...COLOURS.laboratory] : [...COLOURS.coverage];
}
