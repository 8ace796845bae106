import { SearchOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { GMP_GRADES, PROVISIONS, type SpaceCheck, type SpaceFit } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, StatusTag, type Tone, useNotice } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { type FieldSpec, type Filled, FormDialog, OneField, Toggle } from './form-dialog.tsx';
import { TONNE_KN } from './park-unit.tsx';
import { send, useAct, useAmounts, useSpace } from './parks-ask.ts';
import './parks.css';

const TONES: Readonly<Record<SpaceFit['verdict'], Tone>> = {
  fits: 'good',
  'may-fit': 'info',
  nearly: 'warning',
  no: 'neutral',
};
const NUMBERS = ['areaM2', 'clearHeightM', 'floorLoadKnM2', 'powerKva', 'bsl', 'craneT', 'mostFenM2'];

/** Says what one needs, and sees what fits, what nearly fits and by how much. */
export default function Space() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const asked = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const { examples: chosen = '', ...need } = asked;
  const [filled, setFilled] = useState<Filled>(() => ({
    ...need,
    ...Object.fromEntries(NUMBERS.flatMap((name) => (need[name] === undefined ? [] : [[name, Number(need[name])]]))),
    ...(need['provisions'] !== undefined && { provisions: need['provisions'].split(',') }),
  }));
  const query = useSpace({ ...need, ...(chosen !== '' && { examples: chosen }) }, Object.keys(need).length > 0);
  const fields: FieldSpec[] = [
    { name: 'areaM2', label: t('parks.areaM2'), kind: 'number' },
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
  const search = () =>
    set(
      Object.fromEntries(
        fields.map(({ name }) => {
          const value = filled[name];
          return [
            name,
            value === null || value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value),
          ];
        }),
      ),
    );
  return (
    <Page
      title={t('space.title')}
      about={t('space.about')}
      actions={
        <Toggle
          label={t('parks.withExamples')}
          on={query.data?.examples === true}
          set={(on) => set({ examples: on ? 'yes' : 'no' })}
        />
      }
    >
      <Panel title={t('space.need')}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            search();
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
      </Panel>
      {Object.keys(need).length > 0 && (
        <>
          {query.isPending && <Loading />}
          {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
          {query.isSuccess && <Found fits={query.data.fits} tenants={query.data.tenants} />}
        </>
      )}
    </Page>
  );
}

function Found({
  fits,
  tenants,
}: {
  fits: readonly SpaceFit[];
  tenants: readonly { id: string; name: string; nameZh: string | null }[];
}) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const [all, setAll] = useState(false);
  const [reserving, setReserving] = useState<SpaceFit>();
  const reserve = useAct(
    (body: object) => send.post(`/parks/${reserving?.unit.park}/units/${reserving?.unit.id}/reserve`, body),
    () => {
      notice.done(t('space.reserved'));
      setReserving(undefined);
    },
  );
  const near = fits.filter(({ verdict }) => verdict !== 'no');
  const shown = all ? fits : near;
  return (
    <Panel
      title={t('space.found', { fits: fits.filter(({ verdict }) => verdict === 'fits').length, all: fits.length })}
      actions={
        near.length < fits.length && (
          <Button size="small" onClick={() => setAll(!all)}>
            {t(all ? 'space.fewer' : 'space.rest')}
          </Button>
        )
      }
    >
      {shown.length === 0 && <Empty title={t('space.none')}>{t('space.noneAbout')}</Empty>}
      {shown.map((fit) => (
        <article className="fit" key={fit.unit.id}>
          <span className="row">
            <StatusTag tone={TONES[fit.verdict]}>{t(`space.verdicts.${fit.verdict}`)}</StatusTag>
            <Go to={`/cluster/parks/${fit.unit.park}?unit=${fit.unit.id}`}>
              {[
                fit.parkName,
                fit.unit.building,
                [fit.unit.name, ...fit.together.map(({ name }) => name)].join(' + '),
              ].join(' · ')}
            </Go>
            <ExampleTag on={fit.unit.example} />
            {tenants.length > 0 && fit.verdict !== 'no' && fit.unit.reservation === null && (
              <Button size="small" onClick={() => setReserving(fit)}>
                {t('parks.reserve')}
              </Button>
            )}
            {fit.unit.reservation?.own === true && <StatusTag tone="info">{t('space.heldByYou')}</StatusTag>}
          </span>
          <ul className="fit-checks">
            {fit.checks.map((check) => (
              <Check key={check.need} check={check} />
            ))}
          </ul>
        </article>
      ))}
      {reserving !== undefined && (
        <FormDialog
          title={t('parks.reserve')}
          about={t('parks.reserveAbout')}
          act={t('parks.reserve')}
          busy={reserve.isPending}
          close={() => setReserving(undefined)}
          send={(filled) => reserve.mutate(filled)}
          initial={{ days: 14, holder: tenants[0]?.id }}
          fields={[
            {
              name: 'holder',
              label: t('space.for'),
              kind: 'choice',
              needed: true,
              options: tenants.map((each) => ({ value: each.id, label: named(each) })),
            },
            { name: 'days', label: t('parks.days'), kind: 'number', needed: true, least: 1 },
          ]}
        />
      )}
    </Panel>
  );
}

/** One thing that was asked for, and by how much it is missed. */
function Check({ check: { need, verdict, has, missedBy } }: { check: SpaceCheck }) {
  const { t } = useTranslation('cluster');
  const { number, percent, yuan } = useAmounts();
  const shown = (value: number | string | null): string => {
    if (value === null) return t('parks.unknown');
    if (need === 'gmp') return t(`parks.grades.${value}`);
    if (need === 'provisions')
      return String(value)
        .split(' ')
        .filter((each) => each !== '')
        .map((each) => t(`parks.provision.${each}`))
        .join(', ');
    if (need === 'mostFenM2') return yuan(Number(value));
    if (need === 'floorLoadKnM2') return `${number(Number(value), 1)} (${number(Number(value) / TONNE_KN, 2)} t/m²)`;
    return typeof value === 'number' ? number(value, 1) : value;
  };
  const short =
    missedBy === undefined
      ? ''
      : need === 'by'
        ? t('space.daysLate', { days: missedBy })
        : need === 'gmp' || need === 'provisions'
          ? t('space.missing')
          : t(need === 'mostFenM2' ? 'space.over' : 'space.short', { share: percent(missedBy) });
  return (
    <li>
      <StatusTag tone={verdict === 'met' ? 'good' : verdict === 'unknown' ? 'info' : 'danger'}>
        {t(`space.needs.${need}`)}: {shown(has)} {short}
      </StatusTag>
    </li>
  );
}
