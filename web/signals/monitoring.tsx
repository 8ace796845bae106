import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MONITOR_METHODS, type MonitorMethod } from '../../src/modules/signals/model.ts';
import { Go, useAddressValue, useGo } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, Panel, StatusTag, type Tone } from '../ui/index.ts';
import { type NamedPlan, usePlanAct, usePlans, useScreen } from './safety-ask.ts';
import './watch.css';

export const PLAN_TONES: Record<NamedPlan['state'], Tone> = { running: 'good', signalled: 'danger', ended: 'neutral' };

/** Plans of sequential monitoring. */
export default function Monitoring() {
  const { t } = useTranslation('signals');
  const [isNew, setNew] = useAddressValue('new');
  const query = usePlans();
  return (
    <Page
      title={t('monitoring.title')}
      about={t('monitoring.about')}
      actions={
        isNew === '' && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('yes')}>
            {t('monitoring.new')}
          </Button>
        )
      }
    >
      <div className="stack">
        {isNew !== '' && <NewPlan close={() => setNew('')} />}
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && (
          <DataTable<NamedPlan>
            name="plans"
            label={t('monitoring.title')}
            rowKey={({ id }) => id}
            source={{ rows: query.data.plans }}
            emptyText={t('monitoring.none')}
            columns={[
              {
                key: 'subject',
                title: t('safety.product'),
                value: ({ productName }) => productName,
                render: ({ id, productName }) => <Go to={`/signals/monitoring/${id}`}>{productName}</Go>,
                phoneTitle: true,
              },
              { key: 'reaction', title: t('safety.reaction'), value: ({ reactionName }) => reactionName },
              {
                key: 'method',
                title: t('monitoring.method'),
                value: ({ method }) => t(`monitoring.methods.${method}`),
              },
              { key: 'since', title: t('monitoring.since'), value: ({ since }) => since },
              {
                key: 'state',
                title: t('monitoring.state'),
                value: ({ state }) => t(`monitoring.states.${state}`),
                render: ({ state }) => (
                  <StatusTag tone={PLAN_TONES[state]}>{t(`monitoring.states.${state}`)}</StatusTag>
                ),
              },
            ]}
          />
        )}
      </div>
    </Page>
  );
}

/** What each method asks for, with values to begin from. */
const ASKED = {
  maxsprt: { rate: 0.01, alpha: 0.05, upperLimit: 20, leastEvents: 1 },
  cusum: { oddsRatio: 2, limit: 4.5 },
  bayes: { priorEvents: 1, priorExposure: 10, limit: 0.1, certainty: 0.95 },
} as const satisfies Record<MonitorMethod, Record<string, number>>;

function NewPlan({ close }: { close: () => void }) {
  const { t } = useTranslation('signals');
  const go = useGo();
  const [product, setProduct] = useAddressValue('product');
  const [reaction, setReaction] = useAddressValue('reaction');
  const [method, setMethod] = useState<MonitorMethod>('maxsprt');
  const [since, setSince] = useState('');
  const [parameters, setParameters] = useState<Record<string, number>>(ASKED.maxsprt);
  const screen = useScreen({});
  const act = usePlanAct(t('monitoring.started'));
  const pairs = screen.data?.pairs ?? [];
  const keys = (of: 'product' | 'reaction') =>
    [
      ...new Map(pairs.map((pair) => [pair[of], of === 'product' ? pair.productName : pair.reactionName])).entries(),
    ].map(([value, label]) => ({ value, label }));
  const choose = (chosen: MonitorMethod) => {
    setMethod(chosen);
    setParameters(ASKED[chosen]);
  };
  const start = () =>
    act.mutate(
      { path: '', body: { product, reaction, method, since, parameters } },
      { onSuccess: ({ plan }) => go(`/signals/monitoring/${plan.id}`) },
    );
  return (
    <Panel title={t('monitoring.new')} actions={<Button onClick={close}>{t('alarm.cancel')}</Button>}>
      <div className="stack">
        <div className="watch-filters">
          <div className="watch-field">
            {t('safety.product')}
            <Select
              aria-label={t('safety.product')}
              showSearch={{ optionFilterProp: 'label' }}
              value={product}
              onChange={setProduct}
              options={keys('product')}
            />
          </div>
          <div className="watch-field">
            {t('safety.reaction')}
            <Select
              aria-label={t('safety.reaction')}
              showSearch={{ optionFilterProp: 'label' }}
              value={reaction}
              onChange={setReaction}
              options={keys('reaction')}
            />
          </div>
          <div className="watch-field">
            {t('monitoring.method')}
            <Select
              aria-label={t('monitoring.method')}
              value={method}
              onChange={choose}
              options={MONITOR_METHODS.map((value) => ({ value, label: t(`monitoring.methods.${value}`) }))}
            />
          </div>
          <div className="watch-field">
            {t('monitoring.since')}
            <Input
              aria-label={t('monitoring.since')}
              type="date"
              value={since}
              onChange={(event) => setSince(event.target.value)}
            />
          </div>
          {Object.keys(ASKED[method]).map((name) => (
            <div className="watch-field" key={name}>
              {t(`monitoring.parameters.${name as 'rate'}`)}
              <InputNumber
                aria-label={t(`monitoring.parameters.${name as 'rate'}`)}
                style={{ width: '100%' }}
                value={parameters[name] ?? null}
                onChange={(value) => value !== null && setParameters({ ...parameters, [name]: value })}
              />
            </div>
          ))}
        </div>
        <div>
          <Button
            type="primary"
            loading={act.isPending}
            disabled={product === '' || reaction === '' || since === ''}
            onClick={start}
          >
            {t('monitoring.start')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
