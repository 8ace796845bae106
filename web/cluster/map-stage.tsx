import { Button } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { MAP_KINDS, type MapThing } from '../../src/modules/cluster/model.ts';
import { language } from '../shell/index.ts';
import { Failure, Loading, useLook } from '../ui/index.ts';
import { kindOf } from './record-ask.ts';
import { type AreaCount, useBoundaries } from './views-ask.ts';

const IndustryChart = lazy(() => import('./map-chart.tsx'));

interface Drawn {
  counts: readonly AreaCount[];
  points: readonly MapThing[];
  marked: readonly string[];
  tell: (count: AreaCount) => string;
  choose: (area: string) => void;
  chooseThing: (id: string) => void;
  /** What lies in no drawn division, with its words. */
  apart: readonly { area: string; words: string }[];
  /** The chosen one of them. */
  area: string;
}

/** Counts on the map, and beside it what no division holds. */
export function MapStage({ apart, area, ...drawn }: Drawn) {
  const { t } = useTranslation('cluster');
  const look = useLook();
  const boundaries = useBoundaries();
  const areaName = useAreaName();
  return (
    <div className="map-stage no-print">
      {boundaries.isPending && <Loading />}
      {boundaries.isError && <Failure error={boundaries.error} retry={() => boundaries.refetch()} />}
      {boundaries.isSuccess && (
        <Suspense fallback={<Loading />}>
          <IndustryChart
            {...drawn}
            label={t('views.map')}
            boundaries={boundaries.data}
            look={look}
            nameOf={areaName}
            still={matchMedia('(prefers-reduced-motion: reduce)').matches}
          />
        </Suspense>
      )}
      <div className="map-apart">
        {apart.map((one) => (
          <Button
            key={one.area}
            size="small"
            type={area === one.area ? 'primary' : 'default'}
            aria-pressed={area === one.area}
            onClick={() => drawn.choose(one.area)}
          >
            {one.words}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** A division by its name; of a city whose districts are drawn, that no district is said. */
export function useAreaName(): (area: string) => string {
  const { t } = useTranslation('cluster');
  const { data } = useBoundaries();
  const known = new Map(data?.features.map(({ properties }) => [properties.adcode, properties]));
  return (area) => {
    if (area === 'elsewhere' || area === 'unknown') return t(`views.${area}`);
    const name = known.get(area)?.[language()] ?? area;
    return area === SPLIT ? t('views.cityOnly', { name }) : name;
  };
}

/** Guangzhou: the city whose districts are drawn. */
const SPLIT = '440100';

export function useTell(): (count: AreaCount) => string {
  const { t } = useTranslation('cluster');
  const areaName = useAreaName();
  return ({ area, n, kinds }) =>
    `${t('views.bubble', { name: areaName(area), count: n })} (${MAP_KINDS.flatMap((kind) => (kinds[kind] === undefined ? [] : [`${kindOf(kind)} ${kinds[kind]}`])).join(', ')})`;
}
