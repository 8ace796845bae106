import { FileTextOutlined, OrderedListOutlined } from '@ant-design/icons';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { TARGET_STATES, type TargetLine } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag } from '../ui/index.ts';
import { AddressSwitch } from './fund-ask.tsx';
import { nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import { Inferred, StateTag, useAmount, useTargets } from './target-ask.tsx';
import './record.css';

/** Every target with how it stands. */
export default function Targets() {
  const { t } = useTranslation('cluster');
  const [examples] = useAddressValue('examples');
  const [state, setState] = useAddressValue('state');
  const query = useTargets(examples === 'yes');
  const targets = query.data?.targets ?? [];
  const shown = targets.filter((target) => state === '' || target.state === state);
  const counts = TARGET_STATES.flatMap((each) => {
    const count = targets.filter((target) => target.state === each).length;
    return count === 0 ? [] : [`${t(`targets.states.${each}`)} ${count}`];
  });
  return (
    <Page
      title={t('targets.title')}
      about={t('targets.about')}
      actions={
        <>
          <Go to="/cluster/ladder">
            <OrderedListOutlined aria-hidden /> {t('targets.ladder')}
          </Go>
          {query.data?.mayWrite === true && (
            <Go to="/cluster/report">
              <FileTextOutlined aria-hidden /> {t('targets.report')}
            </Go>
          )}
        </>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (targets.length === 0 ? (
          <Empty title={t('targets.none')} />
        ) : (
          <div className="stack">
            <p role="status">{t('targets.counts', { count: targets.length, states: counts.join(', ') })}</p>
            <List
              targets={shown}
              filters={
                <>
                  <Select
                    aria-label={t('targets.onlyBehind')}
                    value={state}
                    onChange={setState}
                    style={{ minWidth: 190 }}
                    options={[
                      { value: '', label: t('targets.all') },
                      ...TARGET_STATES.map((each) => ({ value: each, label: t(`targets.states.${each}`) })),
                    ]}
                  />
                  <AddressSwitch name="examples" label={t('funds.examples')} />
                </>
              }
            />
          </div>
        ))}
    </Page>
  );
}

function List({ targets, filters }: { targets: readonly TargetLine[]; filters: React.ReactNode }) {
  const { t } = useTranslation('cluster');
  const amount = useAmount();
  const last = ({ last: point, unit }: TargetLine): string =>
    point === null
      ? t('funds.unknown')
      : t('targets.lastOf', { value: amount(point.value, unit, point.op), year: point.year });
  return (
    <DataTable<TargetLine>
      name="targets"
      label={t('targets.title')}
      rowKey={({ id }) => id}
      source={{ rows: targets }}
      searchable
      filters={filters}
      columns={[
        {
          key: 'name',
          title: t('targets.name'),
          value: nameOf,
          render: (target) => (
            <span className="thing-link">
              <ThingLink thing={target} to={`/cluster/targets/${target.id}`} />
              {target.isPromise && <StatusTag tone="info">{t('targets.promise')}</StatusTag>}
            </span>
          ),
          sortable: true,
          phoneTitle: true,
        },
        { key: 'goal', title: t('targets.goal'), value: ({ value, unit, op }) => amount(value, unit, op), end: true },
        {
          key: 'year',
          title: t('targets.year'),
          value: ({ year }) => (year === null ? t('funds.unknown') : String(year)),
          end: true,
          sortable: true,
        },
        { key: 'last', title: t('targets.last'), value: last, end: true },
        {
          key: 'state',
          title: t('targets.state'),
          value: ({ state }) => t(`targets.states.${state}`),
          render: (target) => <StateTag target={target} />,
          sortable: true,
        },
        {
          key: 'needed',
          title: t('targets.needed'),
          value: ({ neededAYear, unit }) => (neededAYear === null ? '' : amount(neededAYear, unit)),
          end: true,
        },
        {
          key: 'lead',
          title: t('targets.lead'),
          value: ({ leads }) => leads.map(nameOf).join('; '),
          render: ({ leads, isInferred, basis }) => (
            <span className="thing-link">
              {leads.length === 0 ? t('funds.unknown') : leads.map(nameOf).join('; ')}
              {isInferred && <Inferred basis={basis} />}
            </span>
          ),
        },
      ]}
    />
  );
}
