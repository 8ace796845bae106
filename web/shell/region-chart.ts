import { Map as Chart, type StyleSpecification, setWorkerUrl } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

setWorkerUrl(workerAddress);

/** The nine cities with Guangzhou in the middle of the upper half, where most of the work is. */
export const REGION: [[number, number], [number, number]] = [
  [112.55, 21.95],
  [114.75, 23.75],
];

interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** A flat map of the region, north up; nothing is fetched but from our own server. Loaded only by pages with a map. */
export function openRegion(
  container: HTMLElement,
  { style, padding, title }: { style: StyleSpecification; padding: Padding; title?: string },
): Chart {
  const map = new Chart({
    container,
    style,
    bounds: REGION,
    fitBoundsOptions: { padding },
    minZoom: 6,
    maxZoom: 15,
    maxBounds: [
      [109.5, 20],
      [117.5, 26],
    ],
    ...(title !== undefined && { locale: { 'Map.Title': title } }),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  return map;
}
