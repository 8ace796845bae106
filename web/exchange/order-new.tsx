import { Button, InputNumber, Radio, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OfferingDetail, PURPOSES } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue, useGo, useSession } from '../shell/index.ts';
import { Empty, Facts, Failure, Field, Loading, Page, Panel } from '../ui/index.ts';
import { partyName, said, useMoney, useOffering, usePriceWords } from './offering-ask.ts';
import { PolicyInWords } from './policy-in-words.tsx';
import { newKey, trade, useOrderAct } from './trade-ask.ts';
import './trade.css';

/** From an offering to its contract. */
export default function OrderNew() {
  const { t } = useTranslation('exchange');
  const [offering] = useAddressValue('offering');
  const [agreement] = useAddressValue('agreement');
  return (
    <Page
      title={t('orderNew.title')}
      about={t('orderNew.about')}
      trail={<Go to="/exchange/orders">{t('orders.title')}</Go>}
    >
      {agreement !== '' ? (
        <Empty title={t('orderNew.negotiated')}>
          <Go to="/exchange/orders?state=agreed">{t('orders.title')}</Go>
        </Empty>
      ) : offering === '' ? (
        <Empty title={t('orderNew.missing')}>
          <Go to="/exchange/catalogue">{t('orders.toCatalogue')}</Go>
        </Empty>
      ) : (
        <Choose id={offering} />
      )}
    </Page>
  );
}

function Choose({ id }: { id: string }) {
  const query = useOffering(id);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Form offering={query.data} />;
}

const MOST_PERIODS = 120;

function Form({ offering }: { offering: OfferingDetail }) {
  const { t } = useTranslation('exchange');
  const priceOf = usePriceWords();
  const money = useMoney();
  const go = useGo();
  const { may } = useSession();
  const purposes = offering.terms.purposes.includes('any') ? PURPOSES : offering.terms.purposes;
  const open = offering.prices.map((price) => price.kind !== 'free-research' || may('exchange.research'));
  const [price, setPrice] = useState(Math.max(0, open.indexOf(true)));
  const [purpose, setPurpose] = useState(purposes[0] ?? 'research');
  const [periods, setPeriods] = useState(1);
  const [budget, setBudget] = useState(100);
  // The same wish however often it is sent: a second click orders nothing more.
  const key = useRef(newKey());
  const order = useOrderAct(trade.order, ({ order: { id } }) => go(`/exchange/orders/${id}`));
  const [agreement] = useAddressValue('agreement');
  const chosen = offering.prices[price];
  if (chosen === undefined) return null;
  const isByUse = chosen.kind === 'per-call' || chosen.kind === 'tiered' || chosen.kind === 'revenue-share';
  const most =
    chosen.kind === 'flat'
      ? chosen.fen
      : chosen.kind === 'subscription'
        ? chosen.fen * periods
        : chosen.kind === 'free-research'
          ? 0
          : Math.round(budget * 100);
  return (
    <div className="stack">
      <Panel title={said(offering.title)}>
        <div className="stack">
          <Facts
            facts={[
              [t('order.seller'), partyName(offering.holder)],
              [t('offering.ways'), offering.ways.map((way) => t(`order.ways.${way}`)).join(', ')],
            ]}
          />
          <fieldset className="trade-choice">
            <legend>{t('orderNew.choosePrice')}</legend>
            <Radio.Group value={price} onChange={({ target }) => setPrice(Number(target.value))}>
              <div className="stack">
                {offering.prices.map((each, at) => (
                  <Radio key={JSON.stringify(each)} value={at} disabled={open[at] === false}>
                    {priceOf(each)}
                  </Radio>
                ))}
              </div>
            </Radio.Group>
          </fieldset>
          {chosen.kind === 'subscription' && (
            <Field label={t('orderNew.periods')}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={1}
                  max={MOST_PERIODS}
                  precision={0}
                  value={periods}
                  onChange={(value) => setPeriods(value ?? 1)}
                />
              )}
            </Field>
          )}
          {isByUse && (
            <Field label={t('orderNew.budget')} note={t('orderNew.budgetAbout')}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={0.01}
                  precision={2}
                  value={budget}
                  onChange={(value) => setBudget(value ?? 0.01)}
                />
              )}
            </Field>
          )}
          <div className="field">
            <span>{t('orderNew.purpose')}</span>
            <Select
              aria-label={t('orderNew.purpose')}
              value={purpose}
              style={{ width: 'min(100%, 320px)' }}
              onChange={setPurpose}
              options={purposes.map((value) => ({ value, label: t(`orderNew.purposes.${value}`) }))}
            />
          </div>
          <p>
            {t('orderNew.most')}: <strong>{money(most)}</strong>
          </p>
          <div>
            <Button
              type="primary"
              loading={order.isPending}
              disabled={open[price] === false}
              onClick={() =>
                order.mutate({
                  offering: offering.id,
                  price,
                  purpose,
                  key: key.current,
                  ...(chosen.kind === 'subscription' && { periods }),
                  ...(isByUse && { budgetFen: Math.round(budget * 100) }),
                  ...(agreement !== '' && { agreement }),
                })
              }
            >
              {t('orderNew.act')}
            </Button>
          </div>
        </div>
      </Panel>
      <Panel title={t('orderNew.terms')}>
        {agreement === '' ? <PolicyInWords policy={offering.policy} /> : <p>{t('negotiation.negotiated')}</p>}
      </Panel>
    </div>
  );
}
