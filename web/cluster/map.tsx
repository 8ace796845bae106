import { DesktopOutlined, DownloadOutlined, ShopOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type IndustryMap, MAP_KINDS, type MapThing } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues, useGo, useSession } from '../shell/index.ts';
import { Empty, Facts, Failure, Loading, Page, Panel, Scroller, StatusTag, save, saveCsv } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { MapStage, useAreaName, useTell } from './map-stage.tsx';
import { kindOf, nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import {
  APART,
  type AreaCount,
  chosenFrom,
  countAreas,
  countedIn,
  KIND_COLOURS,
  totalsFor,
  useIndustryMap,
  useMapAsked,
} from './views-ask.ts';
import './views.css';

const MOST_LISTED = 200;

/** The record on a map: each thing counted in the smallest division that a source says. */
export default function MapPage() {
  const { t } = useTranslation('cluster');
  const { examples } = useMapAsked();
  const query = useIndustryMap(examples);
  return (
    <Page title={t('views.map')} about={t('views.mapAbout')} trail={<Go to="/cluster">{t('record.title')}</Go>}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <Shown map={query.data} />}
    </Page>
  );
}

function Shown({ map }: { map: IndustryMap }) {
  const { t } = useTranslation('cluster');
  const asked = useMapAsked();
  const { values, set } = useAddressValues();
  const go = useGo();
  const { may } = useSession();
  const areaName = useAreaName();
  const tell = useTell();
  const [isOpen, setOpen] = useState(false);
  const [isPhone] = useState(() => matchMedia('(max-width: 760px)').matches);
  const key = JSON.stringify(asked);
  // Made anew only when the question changes: the map would be drawn again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the question
  const { listed, counts, legend, points } = useMemo(() => {
    const around = chosenFrom(map.things, asked, 'area');
    return {
      listed: chosenFrom(map.things, asked),
      counts: totalsFor(map, asked) ?? countAreas(around, asked.by),
      legend: chosenFrom(map.things, asked, 'kinds'),
      points: around.filter(({ position }) => position !== null),
    };
  }, [map, key]);
  const chosen = map.things.find(({ id }) => id === values['thing']);
  const chosenId = chosen?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the thing is its id
  const marked = useMemo(
    () => (chosen === undefined ? [asked.area] : [...countedIn(chosen, asked.by)]),
    [chosenId, asked.area, asked.by],
  );
  const chooseArea = (area: string) => set({ area: area === asked.area ? '' : area, thing: '' });
  const chooseThing = (id: string) => set({ thing: id });
  return (
    <div className="stack">
      <details className="map-fold" open={!isPhone}>
        <summary>{t('views.filters')}</summary>
        <div className="stack">
          <Filters map={map} counts={counts} />
          <Legend things={legend} />
        </div>
      </details>
      {map.cut && <p className="quiet">{t('views.cutMap', { count: map.things.length })}</p>}
      <div className={`map-pair ${isOpen ? 'is-open' : ''}`}>
        <MapStage
          counts={counts}
          points={points}
          marked={marked}
          tell={tell}
          choose={chooseArea}
          chooseThing={chooseThing}
          apart={APART.map((area) => ({
            area,
            words: `${t(`views.${area}`)}: ${counts.find((count) => count.area === area)?.n ?? 0}`,
          }))}
          area={asked.area}
        />
        <div className="map-sheet">
          <button type="button" className="map-handle no-print" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <span aria-hidden="true" />
            {t('views.listed', { count: listed.length })}
          </button>
          <div className="row map-acts no-print">
            <Button size="small" icon={<DownloadOutlined />} onClick={() => exportCsv(map, listed)}>
              CSV
            </Button>
            <Button size="small" icon={<DownloadOutlined />} onClick={() => exportGeoJson(map, listed)}>
              GeoJSON
            </Button>
            {may('cluster.space') && (
              <Button size="small" icon={<ShopOutlined />} onClick={() => go(`/cluster/space?area=${asked.area}`)}>
                {t('space.toLet')}
              </Button>
            )}
            <Button size="small" icon={<DesktopOutlined />} onClick={() => go('/cluster/map/wall')}>
              {t('views.wall')}
            </Button>
          </div>
          {chosen !== undefined && <Card thing={chosen} map={map} close={() => set({ thing: '' })} />}
          <Scroller label={t('views.list')} className="map-list">
            {listed.length === 0 && <Empty title={t('record.noneFound')} />}
            <ul>
              {listed.slice(0, MOST_LISTED).map((thing) => (
                <li key={thing.id}>
                  <button
                    type="button"
                    className={thing.id === chosen?.id ? 'is-chosen' : ''}
                    aria-current={thing.id === chosen?.id}
                    onClick={() => chooseThing(thing.id)}
                  >
                    <i style={{ background: KIND_COLOURS[thing.kind] }} aria-hidden="true" />
                    <span>
                      <strong>{nameOf(thing)}</strong>{' '}
                      <small className="quiet">
                        {kindOf(thing.kind)} · {countedIn(thing, asked.by).map(areaName).join(' / ')}
                      </small>{' '}
                      <Tags thing={thing} />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {listed.length > MOST_LISTED && (
              <p className="quiet">{t('views.more', { count: listed.length - MOST_LISTED })}</p>
            )}
          </Scroller>
        </div>
      </div>
      <ByPlace counts={counts} />
    </div>
  );
}

function Tags({ thing }: { thing: MapThing }) {
  const { t } = useTranslation('cluster');
  return (
    <>
      <ExampleTag on={thing.example} />
      {thing.disputed && <StatusTag tone="danger">{t('record.disputed')}</StatusTag>}
      {thing.isDue && <StatusTag tone="warning">{t('record.isDue')}</StatusTag>}
    </>
  );
}

function Card({ thing, map, close }: { thing: MapThing; map: IndustryMap; close: () => void }) {
  const { t } = useTranslation('cluster');
  const names = (ids: readonly string[]) =>
    ids.flatMap((id) => (map.places[id] === undefined ? [] : [nameOf(map.places[id])])).join(' · ');
  const unknown = <span className="quiet">{t('record.unknown')}</span>;
  return (
    <section className="map-card" aria-label={t('views.card')} aria-live="polite">
      <h2>
        <ThingLink thing={thing} />
      </h2>
      <Tags thing={{ ...thing, example: false }} />
      <Facts
        facts={[
          [t('record.kind'), kindOf(thing.kind)],
          [t('record.place'), names(thing.places) || unknown],
          [t('views.managedBy'), names(thing.managers) || unknown],
          [t('record.sector'), names(thing.sectors) || unknown],
          [
            t('views.point'),
            thing.position === null
              ? t('views.noPoint')
              : `${thing.position.latitude.toFixed(4)}, ${thing.position.longitude.toFixed(4)}`,
          ],
        ]}
      />
      <div className="row no-print">
        <Go to={`/cluster/things/${thing.id}`}>{t('views.profile')}</Go>
        <Go to={`/cluster/graph?thing=${thing.id}`}>{t('record.graph')}</Go>
        <Button size="small" type="text" onClick={close}>
          {t('views.close')}
        </Button>
      </div>
    </section>
  );
}

function Filters({ map, counts }: { map: IndustryMap; counts: readonly AreaCount[] }) {
  const { t } = useTranslation('cluster');
  const { set } = useAddressValues();
  const asked = useMapAsked();
  const areaName = useAreaName();
  const sectors = [...new Set(map.things.flatMap((thing) => thing.sectors))].flatMap((id) =>
    map.places[id] === undefined ? [] : [{ value: id, label: nameOf(map.places[id]) }],
  );
  const choice = (name: 'sector' | 'area' | 'fresh', label: string, options: { value: string; label: string }[]) => (
    <Select
      aria-label={label}
      placeholder={label}
      allowClear
      popupMatchSelectWidth={false}
      className="map-choice"
      {...(asked[name] !== '' && { value: asked[name] })}
      onChange={(value?: string) => set({ [name]: value ?? '', thing: '' })}
      options={options}
    />
  );
  return (
    <div className="row no-print map-filters">
      <Segmented
        aria-label={t('views.by')}
        value={asked.by}
        onChange={(by) => set({ by: by === 'managed' ? 'managed' : '', area: '' })}
        options={[
          { value: 'located', label: t('views.byLocated') },
          { value: 'managed', label: t('views.byManaged') },
        ]}
      />
      <Input
        type="search"
        allowClear
        className="map-choice"
        aria-label={t('record.find')}
        placeholder={t('record.find')}
        defaultValue={asked.text}
        maxLength={100}
        onChange={({ target }) => set({ text: target.value })}
      />
      {choice(
        'area',
        t('record.place'),
        counts.map(({ area, n }) => ({ value: area, label: `${areaName(area)} (${n})` })),
      )}
      {choice('sector', t('record.sector'), [...sectors, { value: 'none', label: t('views.noSector') }])}
      {choice('fresh', t('views.fresh'), [
        { value: 'fresh', label: t('views.isFresh') },
        { value: 'due', label: t('record.isDue') },
      ])}
      <label className="row" htmlFor="map-examples">
        <Switch
          id="map-examples"
          size="small"
          checked={asked.examples === 'yes'}
          onChange={(on) => set({ examples: on ? 'yes' : '' })}
        />
        {t('record.withExamples')}
      </label>
    </div>
  );
}

/** Says what the colours mean, and is the choice of kinds. */
function Legend({ things }: { things: readonly MapThing[] }) {
  const { t } = useTranslation('cluster');
  const { set } = useAddressValues();
  const { kinds } = useMapAsked();
  const turn = (kind: (typeof MAP_KINDS)[number]) =>
    set({ kind: (kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind]).join(',') });
  return (
    <fieldset className="map-legend">
      <legend className="unseen">{t('views.legend')}</legend>
      {MAP_KINDS.map((kind) => (
        <button key={kind} type="button" aria-pressed={kinds.includes(kind)} onClick={() => turn(kind)}>
          <i style={{ background: KIND_COLOURS[kind] }} aria-hidden="true" />
          {kindOf(kind)} <span className="numbers">{things.filter((thing) => thing.kind === kind).length}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** The map as a table: for print, and for who reads no map. */
function ByPlace({ counts }: { counts: readonly AreaCount[] }) {
  const { t } = useTranslation('cluster');
  const areaName = useAreaName();
  return (
    <Panel title={t('views.byPlace')} flush>
      <Scroller label={t('views.table')} className="matrix-scroll">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{t('record.place')}</th>
              {MAP_KINDS.map((kind) => (
                <th key={kind} scope="col">
                  {kindOf(kind)}
                </th>
              ))}
              <th scope="col">{t('views.sum')}</th>
            </tr>
          </thead>
          <tbody>
            {counts.map(({ area, kinds, n }) => (
              <tr key={area}>
                <th scope="row">{areaName(area)}</th>
                {MAP_KINDS.map((kind) => (
                  <td key={kind}>{kinds[kind] ?? 0}</td>
                ))}
                <td>
                  <strong>{n}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </Panel>
  );
}

function exportCsv({ places }: IndustryMap, things: readonly MapThing[]): void {
  const names = (ids: readonly string[]) => ids.map((id) => places[id]?.name ?? id).join('; ');
  saveCsv(
    'industry-map',
    [
      'id',
      'kind',
      'name',
      'nameZh',
      'areas',
      'locatedIn',
      'managedBy',
      'sectors',
      'latitude',
      'longitude',
      'disputed',
      'due',
      'example',
    ],
    things.map((thing) => [
      ...[thing.id, thing.kind, thing.name, thing.nameZh, thing.areas.join('; ')],
      ...[names(thing.places), names(thing.managers), names(thing.sectors)],
      ...[thing.position?.latitude, thing.position?.longitude, thing.disputed, thing.isDue, thing.example],
    ]),
  );
}

function exportGeoJson({ places }: IndustryMap, things: readonly MapThing[]): void {
  const names = (ids: readonly string[]) => ids.map((id) => places[id]?.name ?? id);
  const features = things.map(({ position, id, places: inside, managers, sectors, ...rest }) => ({
    type: 'Feature',
    id,
    geometry: position === null ? null : { type: 'Point', coordinates: [position.longitude, position.latitude] },
    properties: { ...rest, locatedIn: names(inside), managedBy: names(managers), sectors: names(sectors) },
  }));
  const text = JSON.stringify({ type: 'FeatureCollection', features });
  save('industry-map.geojson', new Blob([text], { type: 'application/geo+json' }));
}
