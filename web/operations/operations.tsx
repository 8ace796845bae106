import {
  CompressOutlined,
  FullscreenExitOutlined,
  FullscreenOutlined,
  PauseOutlined,
  PlayCircleOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, ConfigProvider, Drawer } from 'antd';
import { lazy, type RefObject, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { BOUNDARIES } from '../shell/boundaries.ts';
import { Go, LanguageSwitch } from '../shell/index.ts';
import { antTheme, Failure, Loading, showTime } from '../ui/index.ts';
import { Details, titleOf } from './details.tsx';
import { type Link, useLive } from './live.ts';
import type { MapHandle } from './map.tsx';
import type { Choice } from './map-layers.ts';
import { timeOf } from './model.ts';
import { Counters, Legend, Lists, Troubles, Turnaround, useAlarmKind } from './panels.tsx';
import './operations.css';

const OperationsMap = lazy(() => import('./map.tsx'));

/** The live screen of a laboratory headquarters: on a wall, on a desk and in a hand. It is dark in every look. */
export default function OperationsScreen() {
  const { t } = useTranslation('operations');
  const { operations, link, error, setPaused } = useLive();
  const boundaries = useQuery(BOUNDARIES);
  const screen = useRef<HTMLDivElement>(null);
  const map = useRef<MapHandle>(null);
  const scale = useScale(screen);
  const [chosen, setChosen] = useState<Choice>();
  const [expanded, setExpanded] = useState(false);
  const kindOf = useAlarmKind();
  useEffect(() => {
    document.title = `${t('title')} · Banyan`;
  }, [t]);

  const goTo = (lon: number, lat: number) => {
    setExpanded(false);
    map.current?.goTo(lon, lat);
  };
  const title = operations !== undefined && chosen !== undefined ? titleOf({ operations, chosen }, kindOf) : undefined;
  const theme = antTheme('dark');

  return (
    <ConfigProvider theme={{ ...theme, token: { ...theme.token, fontSize: 14 * scale, controlHeight: 32 * scale } }}>
      <div
        ref={screen}
        className={`ops ${expanded ? 'is-expanded' : ''}`}
        data-look="dark"
        style={{ fontSize: 14 * scale }}
      >
        <header className="ops-head">
          <Go to="/" className="ops-brand" aria-label={t('back')}>
            <img src="/banyan.svg" alt="" />
          </Go>
          <div>
            <h1>{t('title')}</h1>
            <p>{t('region')}</p>
          </div>
          <LinkState link={link} at={operations?.at} />
          <Clock at={operations === undefined ? undefined : timeOf(operations)} />
          <div className="ops-acts">
            <Button
              type="text"
              className="ops-fit"
              icon={<CompressOutlined />}
              aria-label={t('fit')}
              title={t('fit')}
              onClick={() => map.current?.fit()}
            />
            <Button
              type="text"
              icon={link === 'paused' ? <PlayCircleOutlined /> : <PauseOutlined />}
              aria-label={link === 'paused' ? t('resume') : t('pause')}
              title={link === 'paused' ? t('resume') : t('pause')}
              onClick={() => setPaused(link !== 'paused')}
            />
            <FullScreen of={screen} />
            <LanguageSwitch />
          </div>
        </header>
        {operations === undefined ? (
          <main className="ops-wait">{error === undefined ? <Loading lines={6} /> : <Failure error={error} />}</main>
        ) : (
          <main className="ops-body">
            <h2 className="unseen">{t('map')}</h2>
            <div className="ops-stage">
              {boundaries.isError && <Failure error={boundaries.error} retry={() => boundaries.refetch()} />}
              {boundaries.isSuccess && (
                <Suspense fallback={<Loading />}>
                  <OperationsMap
                    ref={map}
                    boundaries={boundaries.data}
                    operations={operations}
                    chosen={chosen}
                    choose={setChosen}
                    paused={link === 'paused'}
                    scale={scale}
                  />
                </Suspense>
              )}
              <Legend />
            </div>
            <button
              type="button"
              className="ops-handle"
              aria-expanded={expanded}
              onClick={() => setExpanded(!expanded)}
            >
              <span aria-hidden="true" />
              {expanded ? t('less') : t('more')}
            </button>
            <div className="ops-sheet">
              <div className="ops-left">
                <Counters operations={operations} />
                <Turnaround operations={operations} />
                <Troubles operations={operations} />
              </div>
              <div className="ops-right">
                <Lists operations={operations} chosen={chosen} choose={setChosen} />
              </div>
            </div>
          </main>
        )}
        <Drawer
          open={title !== undefined}
          onClose={() => setChosen(undefined)}
          title={title}
          getContainer={false}
          mask={false}
          placement={scale < 1 ? 'bottom' : 'right'}
          size={scale < 1 ? '60%' : 380 * scale}
          rootStyle={{ position: 'absolute' }}
        >
          {operations !== undefined && chosen !== undefined && (
            <Details operations={operations} chosen={chosen} choose={setChosen} goTo={goTo} />
          )}
        </Drawer>
      </div>
    </ConfigProvider>
  );
}

function LinkState({ link, at }: { link: Link; at: string | undefined }) {
  const { t, i18n } = useTranslation('operations');
  return (
    <div className={`ops-link is-${link}`} role="status">
      <i aria-hidden="true" />
      {t(link)}
      {link !== 'live' && at !== undefined && (
        <small> · {t('stale', { time: showTime(new Date(at), 'minute', i18n.language) })}</small>
      )}
    </div>
  );
}

/** A region that is played faster than time runs ahead of the wall clock: then its own time is what everything here is told in. */
const AHEAD_MS = 120_000;

function Clock({ at }: { at: Date | undefined }) {
  const { i18n } = useTranslation();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const shown = at !== undefined && at.getTime() - now.getTime() > AHEAD_MS ? at : now;
  const [date, clock] = showTime(shown, 'second', i18n.language).split(' ');
  return (
    <div className="ops-clock numbers" aria-hidden="true">
      <strong>{clock}</strong>
      <span>{date}</span>
    </div>
  );
}

function FullScreen({ of: screen }: { of: RefObject<HTMLElement | null> }) {
  const { t } = useTranslation('operations');
  const full = useSyncExternalStore(
    (changed) => {
      document.addEventListener('fullscreenchange', changed);
      return () => document.removeEventListener('fullscreenchange', changed);
    },
    () => document.fullscreenElement !== null,
  );
  if (!document.fullscreenEnabled) return null;
  const label = full ? t('leaveFullScreen') : t('fullScreen');
  return (
    <Button
      type="text"
      icon={full ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
      aria-label={label}
      title={label}
      onClick={() => (full ? document.exitFullscreen() : screen.current?.requestFullscreen())}
    />
  );
}

/** 1 on a desk; on a wall everything grows with it, so that it is read from across the room; a little less than 1 in a hand. */
function useScale(screen: RefObject<HTMLElement | null>): number {
  const [scale, setScale] = useState(() => scaleOf(window.innerWidth));
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setScale(scaleOf(entry.contentRect.width)));
    if (screen.current !== null) watch.observe(screen.current);
    return () => watch.disconnect();
  }, [screen]);
  return scale;
}

function scaleOf(widthPx: number): number {
  if (widthPx <= 720) return 0.95;
  return Math.max(1, Math.min(3, widthPx / 1_760));
}
