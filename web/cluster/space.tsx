import { SearchOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FoundSpace, GMP_GRADES, PROVISIONS } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Failure, Loading, Page, Panel, Scroller } from '../ui/index.ts';
import { type FieldSpec, type Filled, OneField, Toggle } from './form-dialog.tsx';
import { MapStage, useAreaName } from './map-stage.tsx';
import { useSpace } from './parks-ask.ts';
import { Comparison, Fits, useCompared } from './space-fits.tsx';
import { APART } from './views-ask.ts';
import './parks.css';
import './views.css';

const NUMBERS = ['areaM2', 'mostAreaM2', 'clearHeightM', 'floorLoadKnM2', 'powerKva', 'bsl', 'craneT', 'mostFenM2'];

/** Says what one needs, and sees on the map and beside it what fits, what nearly fits and by how much. */
export default function Space() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const { compare: _, ...asked } = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, String(value)]),
  );
  const query = useSpace(asked, true);
  return (
    <Page
      title={t('space.title')}
      about={t('space.about')}
      trail={<Go to="/cluster/map">{t('views.map')}</Go>}
      actions={
        <Toggle
          label={t('parks.withExamples')}
          on={query.data?.examples === true}
          set={(on) => set({ examples: on ? 'yes' : 'no' })}
        />
      }
    >
      <Need asked={asked} />
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <Found found={query.data} area={asked['area'] ?? ''} />}
    </Page>
  );
}

function Need({ asked }: { asked: Readonly<Record<string, string>> }) {
  const { t } = useTranslation('cluster');
  const { set } = useAddressValues();
  const [isPhone] = useState(() => matchMedia('(max-width: 760px)').matches);
  const [filled, setFilled] = useState<Filled>(() => ({
    ...asked,
    ...Object.fromEntries(NUMBERS.flatMap((name) => (asked[name] === undefined ? [] : [[name, Number(asked[name])]]))),
    ...(asked['provisions'] !== undefined && { provisions: asked['provisions'].split(',') }),
  }));
  const fields: FieldSpec[] = [
    { name: 'areaM2', label: t('space.areaFrom'), kind: 'number' },
    { name: 'mostAreaM2', label: t('space.areaTo'), kind: 'number' },
    { name: 'clearHeightM', label: t('parks.heightM'), kind: 'number' },
    { name: 'floorLoadKnM2', label: t('parks.loadKn'), kind: 'number', note: t('parks.loadNote') },
    { name: 'powerKva', label: t('parks.powerKva'), kind: 'number' },
    {
      name: 'gmp',
      label: t('space.gmpLeast'),
      kind: 'choice',
      options: GMP_GRADES.map((value) => ({ value, label: t(`parks.grades.${value}`) })),
    },
    { name: 'bsl', label: t('parks.bsl'), kind: 'number' },
    { name: 'craneT', label: t('parks.craneT'), kind: 'number' },
    { name: 'mostFenM2', label: t('space.mostFenM2'), kind: 'yuan' },
    { name: 'by', label: t('space.by'), kind: 'date' },
    {
      name: 'provisions',
      label: t('parks.provisions'),
      kind: 'choices',
      options: PROVISIONS.map((value) => ({ value, label: t(`parks.provision.${value}`) })),
    },
  ];
  const written = (value: unknown) =>
    value === null || value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value);
  return (
    <details className="map-fold no-print" open={!isPhone}>
      <summary>{t('space.need')}</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          set(Object.fromEntries(fields.map(({ name }) => [name, written(filled[name])])));
        }}
      >
        <div className="form-fields">
          {fields.map((field) => (
            <OneField
              key={field.name}
              field={field}
              value={filled[field.name]}
              put={(value) => setFilled({ ...filled, [field.name]: value })}
            />
          ))}
        </div>
        <span>
          <Button type="primary" htmlType="submit" icon={<SearchOutlined />}>
            {t('space.search')}
          </Button>
        </span>
      </form>
    </details>
  );
}

function Found({ found, area }: { found: FoundSpace; area: string }) {
  const { t } = useTranslation('cluster');
  const { set } = useAddressValues();
  const { compared, clear } = useCompared();
  const areaName = useAreaName();
  const [all, setAll] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const { fits, total } = found;
  const near = fits.filter(({ verdict }) => verdict !== 'no');
  const counts = useMemo(() => found.counts.map((count) => ({ ...count, kinds: { carrier: count.n } })), [found]);
  const marked = useMemo(() => [area], [area]);
  const chosen = fits.filter(({ unit }) => compared.includes(unit.id));
  const choose = (next: string) => set({ area: next === area ? '' : next });
  const told = ({ area: where, n }: { area: string; n: number }) =>
    t('views.bubble', { name: areaName(where), count: n });
  const isApart = (where: string) => APART.some((each) => each === where);
  const apart = [
    ...counts.map((count) => count.area).filter((where) => where === area && !isApart(where)),
    ...APART,
  ].map((where) => ({
    area: where,
    words: told({ area: where, n: counts.find((count) => count.area === where)?.n ?? 0 }),
  }));
  return (
    <>
      <div className={`map-pair ${isOpen ? 'is-open' : ''}`}>
        <MapStage
          counts={counts}
          points={NOWHERE}
          marked={marked}
          tell={told}
          choose={choose}
          chooseThing={() => {}}
          apart={apart}
          area={area}
        />
        <div className="map-sheet">
          <button type="button" className="map-handle no-print" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <span aria-hidden="true" />
            {t('space.found', { fits: fits.filter(({ verdict }) => verdict === 'fits').length, all: total })}
          </button>
          {near.length < fits.length && (
            <div className="row map-acts no-print">
              <Button size="small" onClick={() => setAll(!all)}>
                {t(all ? 'space.fewer' : 'space.rest')}
              </Button>
            </div>
          )}
          <Scroller label={t('space.toLet')} className="map-list map-fits">
            <Fits
              fits={all ? fits : near}
              tenants={found.tenants}
              {...(total === 0 && { none: t('space.noneTold') })}
            />
          </Scroller>
        </div>
      </div>
      {chosen.length > 0 && (
        <Panel
          title={t('space.comparison')}
          flush
          actions={
            <Button size="small" onClick={clear}>
              {t('space.compareNone')}
            </Button>
          }
        >
          <Comparison fits={chosen} />
        </Panel>
      )}
    </>
  );
}

/** Units have no point of their own: their park is counted in its division. */
const NOWHERE: readonly never[] = [];
