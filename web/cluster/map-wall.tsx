import { LeftOutlined, PauseOutlined, PlayCircleOutlined, RightOutlined } from '@ant-design/icons';
import { Button, ConfigProvider } from 'antd';
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { type IndustryMap, MAP_KINDS } from '../../src/modules/cluster/model.ts';
import type { Boundaries } from '../shell/boundaries.ts';
import { Go, LanguageSwitch } from '../shell/index.ts';
import { antTheme, Failure, Loading, Scroller } from '../ui/index.ts';
import { useAreaName, useTell } from './map-stage.tsx';
import { kindOf, nameOf } from './record-ask.ts';
import {
  type AreaCount,
  countAreas,
  countedIn,
  KIND_COLOURS,
  type MapAsked,
  totalsFor,
  useBoundaries,
  useIndustryMap,
} from './views-ask.ts';
import './views.css';

const IndustryChart = lazy(() => import('./map-chart.tsx'));
const STEP_MS = 10_000;
const MOST_NAMED = 12;
/** A desk's width, on which everything has its own size. */
const DESK_PX = 1_600;
const NO_POINTS: never[] = [];
const EVERYTHING: MapAsked = { kinds: [], sector: '', area: '', fresh: '', examples: '', text: '', by: 'located' };

/** The map on a wall: dark, large, walking through the divisions by itself. */
export default function MapWall() {
  const { t } = useTranslation('cluster');
  const query = useIndustryMap();
  const boundaries = useBoundaries();
  const scale = useScale();
  useEffect(() => {
    document.title = `${t('views.wallTitle')} · Banyan`;
  }, [t]);
  const theme = antTheme('dark');
  return (
    <ConfigProvider theme={{ ...theme, token: { ...theme.token, fontSize: 14 * scale, controlHeight: 32 * scale } }}>
      <div className="map-wall" data-look="dark" style={{ fontSize: 15 * scale }}>
        {(query.isPending || boundaries.isPending) && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {boundaries.isError && <Failure error={boundaries.error} retry={() => boundaries.refetch()} />}
        {query.isSuccess && boundaries.isSuccess && (
          <Walk map={query.data} boundaries={boundaries.data} scale={scale} />
        )}
      </div>
    </ConfigProvider>
  );
}

function Walk({ map, boundaries, scale }: { map: IndustryMap; boundaries: Boundaries; scale: number }) {
  const { t } = useTranslation('cluster');
  const areaName = useAreaName();
  const tell = useTell();
  const still = useStill();
  const counts = useMemo(() => totalsFor(map, EVERYTHING) ?? countAreas(map.things, 'located'), [map]);
  const stops = counts.filter(({ area }) => boundaries.features.some(({ properties }) => properties.adcode === area));
  const [at, setAt] = useState(-1);
  const [isWalking, setWalking] = useState(!still);
  const isMoving = isWalking && !still;
  const turns = stops.length + 1;
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => setAt((was) => ((was + 2) % turns) - 1), STEP_MS);
    return () => clearInterval(timer);
  }, [isMoving, turns]);
  const step = (by: number) => {
    setWalking(false);
    setAt((was) => ((was + 1 + by + turns) % turns) - 1);
  };
  const stop = stops[at];
  const area = stop?.area;
  const marked = useMemo(() => (area === undefined ? [] : [area]), [area]);
  const things =
    area === undefined ? map.things : map.things.filter((thing) => countedIn(thing, 'located').includes(area));
  const kinds: AreaCount['kinds'] =
    map.totals === undefined
      ? Object.fromEntries(MAP_KINDS.map((kind) => [kind, things.filter((thing) => thing.kind === kind).length]))
      : area === undefined
        ? map.totals.kinds
        : (stop?.kinds ?? {});
  const all = Object.values(kinds).reduce((sum, n) => sum + n, 0);
  const roles = Object.values(map.places).find(({ adcode }) => adcode === area)?.roles ?? [];
  return (
    <>
      <header>
        <Go to="/cluster/map" aria-label={t('views.leaveWall')}>
          <img src="/banyan.svg" alt="" />
        </Go>
        <h1>{t('views.wallTitle')}</h1>
        <div className="row">
          <Button type="text" icon={<LeftOutlined />} aria-label={t('views.before')} onClick={() => step(-1)} />
          {!still && (
            <Button
              type="text"
              icon={isWalking ? <PauseOutlined /> : <PlayCircleOutlined />}
              aria-label={t(isWalking ? 'views.pause' : 'views.walk')}
              onClick={() => setWalking(!isWalking)}
            />
          )}
          <Button type="text" icon={<RightOutlined />} aria-label={t('views.next')} onClick={() => step(1)} />
          <LanguageSwitch />
        </div>
      </header>
      <main>
        <Suspense fallback={<Loading />}>
          <IndustryChart
            label={t('views.map')}
            boundaries={boundaries}
            look="dark"
            counts={counts}
            points={NO_POINTS}
            nameOf={areaName}
            tell={tell}
            marked={marked}
            choose={(chosen) => {
              setWalking(false);
              setAt(stops.findIndex((one) => one.area === chosen));
            }}
            chooseThing={() => {}}
            {...(area !== undefined && { focus: area })}
            still={still}
            scale={scale}
          />
        </Suspense>
        <Scroller label={t('views.figures')} className="wall-panel">
          <h2 aria-live={isMoving ? 'off' : 'polite'}>{area === undefined ? t('views.region') : areaName(area)}</h2>
          <p className="wall-number numbers">{all}</p>
          <ul className="wall-kinds">
            {MAP_KINDS.map((kind) => (
              <li key={kind}>
                <i style={{ background: KIND_COLOURS[kind] }} aria-hidden="true" />
                {kindOf(kind)}
                <strong className="numbers">{kinds[kind] ?? 0}</strong>
              </li>
            ))}
          </ul>
          {roles.map((role) => (
            <blockquote key={role}>{role}</blockquote>
          ))}
          {area === undefined ? (
            <ul className="wall-kinds">
              {counts.map((count) => (
                <li key={count.area}>
                  {areaName(count.area)}
                  <strong className="numbers">{count.n}</strong>
                </li>
              ))}
            </ul>
          ) : (
            <ul className="wall-names">
              {things.slice(0, MOST_NAMED).map((thing) => (
                <li key={thing.id}>
                  <i style={{ background: KIND_COLOURS[thing.kind] }} aria-hidden="true" />
                  {nameOf(thing)}
                </li>
              ))}
              {all > MOST_NAMED && <li>{t('views.more', { count: all - MOST_NAMED })}</li>}
            </ul>
          )}
        </Scroller>
        <p className="wall-foot">{t('views.wallFoot')}</p>
      </main>
    </>
  );
}

function useScale(): number {
  const width = useSyncExternalStore(
    (changed) => {
      window.addEventListener('resize', changed);
      return () => window.removeEventListener('resize', changed);
    },
    () => window.innerWidth,
  );
  return Math.max(0.9, Math.min(3, width / DESK_PX));
}

/** Whoever asked for less motion gets none that nobody started. */
function useStill(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia('(prefers-reduced-motion: reduce)');
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  );
}
