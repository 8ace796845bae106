import { AppstoreOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Facets,
  OFFERING_KINDS,
  type OfferingCard,
  PRICE_KINDS,
  TOPICS,
} from '../../src/modules/exchange/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { partyName, said, useCatalogue, usePriceWords } from './offering-ask.ts';
import './offering.css';

const CHOICES = { kind: OFFERING_KINDS, topic: TOPICS, price: PRICE_KINDS } as const;
const MORE = 24;

/** What can be bought. */
export default function Catalogue() {
  const { t } = useTranslation('exchange');
  const { values, set } = useAddressValues();
  const [limit, setLimit] = useState(MORE);
  const [typed, setTyped] = useState(String(values['text'] ?? ''));
  const text = useDeferredValue(typed).trim();
  const asked = Object.fromEntries(
    ['kind', 'topic', 'price', 'venue'].flatMap((name) => (values[name] ? [[name, String(values[name])]] : [])),
  );
  const query = useCatalogue({ ...asked, ...(text !== '' && { text }), limit: String(Math.min(limit, 100)) });
  const found = query.data;
  return (
    <Page title={t('catalogue.title')} about={t('catalogue.about')}>
      <search className="offering-search">
        <Input
          type="search"
          allowClear
          aria-label={t('catalogue.search')}
          placeholder={t('catalogue.search')}
          value={typed}
          maxLength={200}
          onChange={({ target }) => {
            setTyped(target.value);
            set({ text: target.value.trim() });
          }}
        />
        {(Object.keys(CHOICES) as (keyof typeof CHOICES)[]).map((name) => (
          <Facet key={name} name={name} values={CHOICES[name]} facets={found?.facets} chosen={asked[name]} set={set} />
        ))}
        <Facet
          name="venue"
          values={Object.keys(found?.facets.venue ?? {})}
          facets={found?.facets}
          chosen={asked['venue']}
          set={set}
        />
      </search>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {found !== undefined && (
        <>
          <p className="quiet" role="status">
            {t('catalogue.found', { count: found.total })}
          </p>
          {found.total === 0 ? (
            <Empty title={t('catalogue.none')}>
              {Object.keys(asked).length > 0 || text !== '' ? t('catalogue.noneFound') : t('catalogue.noneAbout')}
            </Empty>
          ) : (
            <ul className="offering-cards">
              {found.offerings.map((card) => (
                <li key={card.id}>
                  <Card card={card} />
                </li>
              ))}
            </ul>
          )}
          {found.offerings.length < found.total && limit < 100 && (
            <div className="row">
              <Button loading={query.isFetching} onClick={() => setLimit(limit + MORE)}>
                {t('catalogue.more')}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Facet({
  name,
  values,
  facets,
  chosen,
  set,
}: {
  name: keyof Facets;
  values: readonly string[];
  facets: Facets | undefined;
  chosen: string | undefined;
  set: (changes: Record<string, string>) => void;
}) {
  const { t } = useTranslation('exchange');
  return (
    <Select
      aria-label={t(`catalogue.by.${name}`)}
      placeholder={t(`catalogue.by.${name}`)}
      allowClear
      popupMatchSelectWidth={false}
      {...(chosen !== undefined && { value: chosen })}
      onChange={(value?: string) => set({ [name]: value ?? '' })}
      options={values.map((value) => {
        const count = facets?.[name][value] ?? 0;
        return { value, label: `${t(`offering.${name}s.${value}`)}${count === 0 ? '' : ` (${count})`}` };
      })}
    />
  );
}

function Card({ card }: { card: OfferingCard }) {
  const { t } = useTranslation('exchange');
  const priceOf = usePriceWords();
  return (
    <article className="panel offering-card">
      <div className="row">
        <StatusTag tone="primary">{t(`offering.kinds.${card.kind}`)}</StatusTag>
        <span className="quiet">{t(`offering.topics.${card.topic}`)}</span>
        {card.demonstration && <StatusTag tone="warning">{t('offering.demonstration')}</StatusTag>}
      </div>
      <h2>
        <Go to={`/exchange/catalogue/${card.id}`}>{said(card.title)}</Go>
      </h2>
      <p>{said(card.summary)}</p>
      <dl className="offering-facts">
        <div>
          <dt>{t('offering.holder')}</dt>
          <dd>{partyName(card.holder)}</dd>
        </div>
        <div>
          <dt>{t('offering.from')}</dt>
          <dd>{card.prices.map(priceOf).join(' · ')}</dd>
        </div>
        <div>
          <dt>{t('offering.content')}</dt>
          <dd>
            {card.rows === null ? '–' : t('offering.rows', { count: card.rows })}
            {card.refreshedAt !== null && (
              <>
                {' · '}
                <Time at={card.refreshedAt} form="date" />
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>
            <AppstoreOutlined aria-hidden /> {t('offering.venue')}
          </dt>
          <dd>{card.venues.map((venue) => t(`offering.venues.${venue}`)).join(' · ')}</dd>
        </div>
      </dl>
    </article>
  );
}
