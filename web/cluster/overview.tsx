import {
  ApartmentOutlined,
  BranchesOutlined,
  CheckCircleOutlined,
  FileSearchOutlined,
  GlobalOutlined,
  ImportOutlined,
  MergeCellsOutlined,
  SearchOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { KINDS, type Overview, type ThingKind } from '../../src/modules/cluster/model.ts';
import { Go, language, useGo, useSession } from '../shell/index.ts';
import { Failure, Figures, Loading, Page, Panel, ShortList, StatusTag } from '../ui/index.ts';
import { OverviewPlaces } from './overview-places.tsx';
import { kindOf, propertyName, useOverview } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import './record.css';

/** The pages of the record, which the navigation would be too long with. */
const WAYS: readonly { to: string; label: string; Icon: ComponentType; permission?: string }[] = [
  { to: '/cluster/map', label: 'views.map', Icon: GlobalOutlined },
  { to: '/cluster/chain', label: 'views.chain', Icon: BranchesOutlined },
  { to: '/cluster/search', label: 'find.nav', Icon: SearchOutlined },
  { to: '/cluster/list', label: 'record.list', Icon: UnorderedListOutlined },
  { to: '/cluster/graph', label: 'record.graph', Icon: ApartmentOutlined },
  { to: '/cluster/facts', label: 'record.facts', Icon: FileSearchOutlined },
  { to: '/cluster/due', label: 'record.due', Icon: CheckCircleOutlined, permission: 'cluster.edit' },
  { to: '/cluster/import', label: 'import.title', Icon: ImportOutlined, permission: 'cluster.import' },
  { to: '/cluster/duplicates', label: 'twins.title', Icon: MergeCellsOutlined, permission: 'cluster.merge' },
];

/** Where the record of the region's industry stands. */
export default function OverviewPage() {
  const { t } = useTranslation('cluster');
  const query = useOverview();
  const go = useGo();
  const { may } = useSession();
  return (
    <Page
      title={t('record.title')}
      about={t('record.about')}
      actions={WAYS.filter(({ permission }) => permission === undefined || may(permission)).map(
        ({ to, label, Icon }, at) => (
          <Button key={to} type={at === 0 ? 'primary' : 'default'} icon={<Icon />} onClick={() => go(to)}>
            {t(label)}
          </Button>
        ),
      )}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <Shown overview={query.data} />}
    </Page>
  );
}

function Shown({ overview }: { overview: Overview }) {
  const { t } = useTranslation('cluster');
  const number = (value: number) => value.toLocaleString(language());
  const things = Object.values(overview.kinds).reduce((sum, n) => sum + n, 0);
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('record.figures.things'), value: number(things) },
          { label: t('record.figures.statements'), value: number(overview.statements) },
          { label: t('record.figures.relations'), value: number(overview.relations) },
          { label: t('record.figures.facts'), value: <Go to="/cluster/facts">{number(overview.facts)}</Go> },
          {
            label: t('record.figures.conflicts'),
            value: number(overview.conflicts.length),
            ...(overview.conflicts.length > 0 && { tone: 'warning' as const }),
          },
          {
            label: t('record.figures.due'),
            value: number(overview.due),
            ...(overview.due > 0 && { tone: 'warning' as const }),
          },
        ]}
      />
      <Panel title={t('record.kinds')}>
        <ul className="kind-cards">
          {(Object.keys(KINDS) as ThingKind[]).flatMap((kind) => {
            const n = overview.kinds[kind];
            if (n === undefined) return [];
            return (
              <li key={kind}>
                <Go to={`/cluster/list?kind=${kind}`}>
                  <span>{kindOf(kind)}</span>
                  <span className="numbers">{number(n)}</span>
                </Go>
              </li>
            );
          })}
        </ul>
        <p className="quiet">{t('record.examplesApart', { count: overview.examples })}</p>
      </Panel>
      <OverviewPlaces />
      <Panel title={t('record.conflicts')}>
        <p className="quiet">{t('record.conflictsAbout')}</p>
        <ShortList
          empty={t('record.noConflicts')}
          items={overview.conflicts.map(({ thing, property, since }) => ({
            id: `${thing.id} ${property}`,
            title: <ThingLink thing={thing} />,
            tag: <StatusTag tone="warning">{propertyName(property)}</StatusTag>,
            at: since,
          }))}
        />
      </Panel>
      <Panel title={t('record.cautions')}>
        <ul>
          {[...new Map(overview.cautions.map((caution) => [caution.id, caution])).values()].map(
            ({ id, text, textZh }) => (
              <li key={id}>
                <Go to={`/cluster/facts?fact=${encodeURIComponent(id)}`}>{language() === 'zh' ? textZh : text}</Go>
              </li>
            ),
          )}
        </ul>
      </Panel>
      <Panel title={t('record.changed')} actions={<Go to="/cluster/list?order=changed">{t('record.all')}</Go>}>
        <ShortList
          empty={t('record.nothing')}
          items={overview.changed.map((thing) => ({
            id: thing.id,
            title: <ThingLink thing={thing} />,
            by: kindOf(thing.kind),
            at: thing.changedAt,
          }))}
        />
      </Panel>
      <p className="quiet">
        {t('record.open')} <a href="/api/open/cluster/statements.csv">CSV</a> ·{' '}
        <a href="/api/open/cluster/things.jsonld">JSON-LD</a> · <a href="/api/open/cluster/map.geojson">GeoJSON</a> ·{' '}
        <a href="/api/open/cluster">DCAT</a> · CC BY 4.0
      </p>
    </div>
  );
}
