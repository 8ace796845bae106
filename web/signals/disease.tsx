import { PrinterOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type ClusterFound,
  type DiseaseCurve,
  EVERYWHERE,
  factsOf,
  type PlaceLine,
  UNITS,
  type Verdict,
} from '../../src/modules/signals/model.ts';
import { DISTRICT_MAP, Go, useAddressValue, useDistricts, usePathValue } from '../shell/index.ts';
import { DataTable, Facts, Failure, Loading, Page, Panel, Plot, StatusTag } from '../ui/index.ts';
import { Curve } from './curve.tsx';
import { Layers, OtherJudge } from './layers.tsx';
import { named, useCurve, useNumber, useRuleName } from './watch-ask.ts';
import { agesOption, placesOption } from './watch-plots.ts';
import './watch.css';

/** One disease: its curve against every rule, where and who the cases are. */
export default function Disease() {
  const { t } = useTranslation('signals');
  const disease = usePathValue('disease');
  const [place, setPlace] = useAddressValue('place', EVERYWHERE);
  const [unit, setUnit] = useAddressValue('unit', 'day');
  const [since, setSince] = useAddressValue('since', '');
  const [until, setUntil] = useAddressValue('until', '');
  const query = useCurve(disease, { place, unit, since, until });
  const curve = query.data;
  return (
    <Page
      title={curve === undefined ? disease : named(curve.definition.name)}
      trail={<Go to="/signals/outbreaks">{t('outbreaks.title')}</Go>}
      actions={
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('disease.print')}
        </Button>
      }
    >
      <Panel>
        <div className="watch-filters">
          <PlaceChoice place={place} places={curve?.places ?? []} change={setPlace} />
          <div className="watch-field">
            {t('disease.unit')}
            <Segmented
              aria-label={t('disease.unit')}
              value={unit}
              onChange={setUnit}
              options={UNITS.map((value) => ({ value, label: t(`disease.units.${value}`) }))}
            />
          </div>
          <Day label={t('disease.since')} value={since || (curve?.since ?? '')} change={setSince} />
          <Day label={t('disease.until')} value={until || (curve?.until ?? '')} change={setUntil} />
        </div>
      </Panel>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {curve !== undefined && (
        <div className={query.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={query.isFetching}>
          <h2 className="unseen">{t('disease.curve')}</h2>
          <Panel>
            <Curve curve={curve} />
          </Panel>
          <div className="watch-pair">
            <Where curve={curve} />
            <Ages curve={curve} />
          </div>
          {curve.unit === 'day' && <Layers curve={curve} />}
          <Rules verdicts={curve.verdicts} />
          <OtherJudge curve={curve} />
          <Clusters curve={curve} />
          {curve.types.length > 0 && <Types curve={curve} />}
          <Definition curve={curve} />
        </div>
      )}
    </Page>
  );
}

function PlaceChoice({
  place,
  places,
  change,
}: {
  place: string;
  places: readonly PlaceLine[];
  change: (place: string) => void;
}) {
  const { t } = useTranslation('signals');
  const { nameOf, codes } = useDistricts();
  const cities = [...new Set(codes.map((code) => `${code.slice(0, 4)}00`))];
  const all = [...new Set([...cities, ...codes, ...places.map((each) => each.place).filter(Boolean)])].sort();
  return (
    <div className="watch-field">
      {t('disease.place')}
      <Select
        aria-label={t('disease.place')}
        showSearch={{ optionFilterProp: 'label' }}
        value={place}
        onChange={change}
        options={[
          { value: EVERYWHERE, label: t('disease.everywhere') },
          ...all.map((value) => ({ value, label: nameOf(value) })),
        ]}
      />
    </div>
  );
}

function Day({ label, value, change }: { label: string; value: string; change: (day: string) => void }) {
  return (
    <div className="watch-field">
      {label}
      <Input
        key={value}
        aria-label={label}
        type="date"
        defaultValue={value}
        onBlur={(event) => event.target.value !== value && change(event.target.value)}
        onPressEnter={(event) => change(event.currentTarget.value)}
      />
    </div>
  );
}

function Where({ curve: { places } }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  const { nameOf, map } = useDistricts();
  const found = places.filter(({ cases }) => cases > 0);
  const unknown = found.find(({ place }) => place === '')?.cases ?? 0;
  const name = (place: string) => (place === '' ? t('disease.unknown') : nameOf(place));
  return (
    <Panel>
      {map === undefined ? (
        <Loading />
      ) : (
        <Plot
          title={t('disease.map')}
          heightPx={340}
          option={placesOption(found, {
            map: DISTRICT_MAP,
            nameOf: name,
            textOf: (place, count) => t('disease.casesAt', { place, count }),
          })}
          map={map}
          note={t('disease.mapNote', { count: unknown })}
          table={{
            columns: [t('disease.place'), t('disease.cases'), t('disease.testedPersons')],
            rows: places.map(({ place, cases, tested }) => [name(place), cases, tested]),
          }}
        />
      )}
    </Panel>
  );
}

function Ages({ curve }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  const sexes = { male: t('disease.male'), female: t('disease.female'), other: t('disease.other') };
  return (
    <Panel>
      <Plot
        title={t('disease.ages')}
        heightPx={340}
        option={agesOption(curve, { sexes, unknown: t('disease.unknown') })}
        note={t('disease.ageNote')}
        table={{
          columns: [t('disease.ages'), '', t('disease.cases')],
          rows: curve.ages.map(({ from, sex, cases }) => [
            from === null ? t('disease.unknown') : `${from}+`,
            sexes[sex as 'male' | 'female'] ?? sexes.other,
            cases,
          ]),
        }}
      />
    </Panel>
  );
}

function Rules({ verdicts }: { verdicts: readonly Verdict[] }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const ruleName = useRuleName();
  const says = ({ tooShort, points, rule }: Verdict) => {
    const last = points.at(-1);
    if (tooShort || last === undefined) return t('disease.tooShort');
    if (!last.alarm) return t('disease.quiet');
    if (rule.method === 'fixed' || last.expected === null) return t('disease.raisesFixed', { cases: last.cases });
    return t('disease.raises', { cases: last.cases, expected: number(last.expected) });
  };
  const source = ({ rule }: Verdict) =>
    rule.method === 'fixed' ? rule.source : t(`disease.sources.${rule.method}`, factsOf(rule));
  return (
    <Panel title={t('disease.judgedBy')} flush>
      <DataTable<Verdict>
        name="rules"
        label={t('disease.ruleTable')}
        rowKey={({ rule }) => JSON.stringify(rule)}
        source={{ rows: verdicts }}
        columns={[
          { key: 'rule', title: t('disease.rule'), value: ({ rule }) => ruleName(rule), phoneTitle: true },
          {
            key: 'says',
            title: t('disease.says'),
            value: says,
            render: (verdict) => (
              <StatusTag tone={verdict.tooShort ? 'neutral' : verdict.points.at(-1)?.alarm ? 'danger' : 'good'}>
                {says(verdict)}
              </StatusTag>
            ),
          },
          {
            key: 'source',
            title: t('disease.definition'),
            value: source,
            render: (verdict) => <span className="quiet">{source(verdict)}</span>,
          },
        ]}
      />
    </Panel>
  );
}

function Clusters({ curve: { clusters, definition } }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  const { nameOf } = useDistricts();
  const number = useNumber();
  const rule = definition.rules.find((each) => each.method === 'scan');
  if (rule?.method !== 'scan') return null;
  return (
    <Panel title={t('disease.clusters')} flush>
      <DataTable<ClusterFound>
        name="clusters"
        label={t('disease.clusterTable')}
        rowKey={({ places }) => places.join()}
        source={{ rows: clusters }}
        emptyText={t('disease.noClusters')}
        columns={[
          {
            key: 'places',
            title: t('disease.place'),
            value: ({ places }) => places.map(nameOf).join(', '),
            phoneTitle: true,
          },
          { key: 'from', title: t('disease.from'), value: ({ from }) => from },
          { key: 'cases', title: t('disease.observed'), value: ({ cases }) => cases, end: true },
          { key: 'expected', title: t('disease.expected'), value: ({ expected }) => number(expected), end: true },
          { key: 'p', title: t('disease.p'), value: ({ p }) => number(p), end: true },
          {
            key: 'recurrence',
            title: t('disease.recurrence'),
            value: ({ recurrenceDays }) => number(recurrenceDays),
            end: true,
          },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px' }}>
        {t('disease.clusterNote', { replicates: rule.replicates })}
      </p>
    </Panel>
  );
}

function Types({ curve: { types } }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('disease.types')} flush>
      <DataTable<DiseaseCurve['types'][number]>
        name="types"
        label={t('disease.typeTable')}
        rowKey={({ type }) => type}
        source={{ rows: types }}
        columns={[
          { key: 'type', title: t('disease.types'), value: ({ type }) => type, phoneTitle: true },
          { key: 'cases', title: t('disease.cases'), value: ({ cases }) => cases, end: true },
        ]}
      />
    </Panel>
  );
}

function Definition({ curve: { definition } }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  const { findings, icd10, episodeDays, incubationDays, reportWithinHours, lawClass } = definition;
  return (
    <Panel title={t('disease.definition')}>
      <Facts
        facts={[
          [t('disease.icd'), icd10],
          [t('disease.codes'), findings.flatMap(({ codes }) => codes).join(', ')],
          [t('disease.positive'), findings.flatMap(({ values = [] }) => values).join(', ')],
          [t('disease.episode'), t('disease.days', { count: episodeDays })],
          [t('disease.incubation'), t('disease.range', { from: incubationDays[0], to: incubationDays[1] })],
          [t('outbreaks.class'), t(`outbreaks.classes.${lawClass ?? 'none'}`)],
          [t('disease.report'), reportWithinHours !== null && t('disease.hours', { count: reportWithinHours })],
        ]}
      />
      <p className="no-print">
        <Go to={`/signals/definitions/${definition.id}`}>{t('definitions.one')}</Go>
      </p>
    </Panel>
  );
}
