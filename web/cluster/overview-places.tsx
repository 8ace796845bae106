import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { IndustryMap, MapThing } from '../../src/modules/cluster/model.ts';
import { Go } from '../shell/index.ts';
import { Facts, Failure, Loading, Panel, Scroller, saveCsv } from '../ui/index.ts';
import { useAreaName } from './map-stage.tsx';
import { nameOf, useProfile, useThings } from './record-ask.ts';
import { SourceChip, useValueWords } from './said.tsx';
import { APART, countAreas, countedIn, useIndustryMap } from './views-ask.ts';
import './views.css';

/** Sectors by place, what a plan wants each city to be, and Nansha's layout. */
export function OverviewPlaces() {
  const query = useIndustryMap();
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <>
      <SectorsByPlace map={query.data} />
      <Roles map={query.data} />
      <Layout map={query.data} />
    </>
  );
}

function SectorsByPlace({ map }: { map: IndustryMap }) {
  const { t } = useTranslation('cluster');
  const areaName = useAreaName();
  const known = useThings({ kind: 'sector', limit: 100 });
  const apart: readonly string[] = APART;
  const areas = [
    ...countAreas(map.things, 'located').flatMap(({ area }) => (apart.includes(area) ? [] : [area])),
    ...apart,
  ];
  const used = new Set(map.things.flatMap(({ sectors }) => sectors));
  const sectors = (known.data?.things ?? []).filter(({ id }) => id.startsWith('sector-') || used.has(id));
  const rows = [
    ...sectors.map((sector) => ({ id: sector.id, name: nameOf(sector) })),
    { id: 'none', name: t('views.noSector') },
  ];
  const isIn = ({ sectors: own }: MapThing, sector: string) =>
    sector === 'none' ? own.length === 0 : own.includes(sector);
  const count = (sector: string, area: string) =>
    map.things.filter((thing) => isIn(thing, sector) && countedIn(thing, 'located').includes(area)).length;
  const save = () =>
    saveCsv(
      'sectors-by-place',
      [t('record.sector'), ...areas.map(areaName)],
      rows.map(({ id, name }) => [name, ...areas.map((area) => count(id, area))]),
    );
  return (
    <Panel
      title={t('views.matrix')}
      flush
      actions={
        <Button size="small" icon={<DownloadOutlined />} onClick={save}>
          CSV
        </Button>
      }
    >
      <Scroller label={t('views.table')} className="matrix-scroll">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{t('record.sector')}</th>
              {areas.map((area) => (
                <th key={area} scope="col">
                  {areaName(area)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                {areas.map((area) => {
                  const n = count(id, area);
                  return (
                    <td key={area}>
                      {n === 0 ? (
                        <span className="quiet">0</span>
                      ) : (
                        <Go to={`/cluster/map?sector=${id}&area=${area}`}>{n}</Go>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      <p className="quiet matrix-foot">{t('views.matrixAbout')}</p>
    </Panel>
  );
}

function Roles({ map }: { map: IndustryMap }) {
  const { t } = useTranslation('cluster');
  const cities = Object.entries(map.places).filter(([, { roles }]) => roles.length > 0);
  if (cities.length === 0) return null;
  return (
    <Panel title={t('views.roles')}>
      <Facts
        facts={cities.map(([id, place]) => [
          nameOf(place),
          <span key={id}>
            {place.roles.join('; ')} <Go to={`/cluster/things/${id}`}>{t('views.profile')}</Go>
          </span>,
        ])}
      />
    </Panel>
  );
}

const LAYOUT = 'ns-layout';
const NANSHA = '440115';

/** "One City, Three Valleys, Six Parks", as far as the facts tell it. */
function Layout({ map }: { map: IndustryMap }) {
  const { t } = useTranslation('cluster');
  const words = useValueWords();
  const { data } = useProfile(LAYOUT);
  if (data === undefined) return null;
  const parks = map.things.filter(({ id, kind, areas }) => kind === 'park' && areas.includes(NANSHA) && id !== LAYOUT);
  return (
    <Panel title={nameOf(data.thing)}>
      <Facts
        facts={[
          [
            t('views.facilities'),
            <span key="facilities" className="layout-parks">
              {data.said
                .flatMap(({ property, statements }) => (property === 'facilities-m2' ? statements : []))
                .map((one) => (
                  <span key={one.id} className="row">
                    {words(one)} <SourceChip said={one} source={data.sources[one.source]} />
                  </span>
                ))}
            </span>,
          ],
          [
            t('views.parksNamed', { count: parks.length }),
            <span key="parks" className="layout-parks">
              {parks.map((park) => (
                <Go key={park.id} to={`/cluster/things/${park.id}`}>
                  {nameOf(park)}
                </Go>
              ))}
            </span>,
          ],
        ]}
      />
      <p className="quiet">{t('views.layoutAbout')}</p>
    </Panel>
  );
}
