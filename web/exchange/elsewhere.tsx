import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '#standards/dataspace';
import type { CatalogueElsewhere } from '../../src/modules/exchange/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel } from '../ui/index.ts';
import { useCatalogueElsewhere, useElsewhere } from './connector-ask.ts';
import { useOpening } from './negotiation-ask.ts';
import { PolicyInWords } from './policy-in-words.tsx';
import './trade.css';

/** What other connectors offer: looked at, and asked for. */
export default function Elsewhere() {
  const { t } = useTranslation('exchange');
  const [named, choose] = useAddressValue('connector');
  const [text, setText] = useAddressValue('text');
  const known = useElsewhere();
  const chosen = named === '' ? known.data?.connectors[0]?.id : named;
  return (
    <Page title={t('elsewhere.title')} about={t('elsewhere.about')}>
      {known.isPending && <Loading />}
      {known.isError && <Failure error={known.error} retry={() => known.refetch()} />}
      {known.isSuccess && known.data.connectors.length === 0 && (
        <Empty title={t('elsewhere.none')}>{t('elsewhere.noneAbout')}</Empty>
      )}
      {known.isSuccess && known.data.connectors.length > 0 && (
        <div className="stack">
          <div className="row">
            <Select
              aria-label={t('elsewhere.connector')}
              placeholder={t('elsewhere.connector')}
              style={{ width: 'min(100%, 320px)' }}
              {...(chosen !== undefined && { value: chosen })}
              onChange={choose}
              options={known.data.connectors.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <Input.Search
              aria-label={t('elsewhere.search')}
              placeholder={t('elsewhere.search')}
              defaultValue={text}
              allowClear
              style={{ width: 'min(100%, 320px)' }}
              onSearch={setText}
            />
          </div>
          {chosen !== undefined && <Fetched connector={chosen} text={text} />}
        </div>
      )}
    </Page>
  );
}

function Fetched({ connector, text }: { connector: string; text: string }) {
  const { t } = useTranslation('exchange');
  const query = useCatalogueElsewhere(connector, text);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { datasets, unreadable, more }: CatalogueElsewhere = query.data;
  return (
    <>
      <p className="quiet" role="status">
        {t('elsewhere.found', { count: datasets.length })} {more > 0 && t('elsewhere.more', { count: more })}{' '}
        {unreadable > 0 && t('elsewhere.unreadable', { count: unreadable })}
      </p>
      {datasets.length === 0 && <Empty title={t('elsewhere.nothing')} />}
      {datasets.map((dataset) => (
        <One key={dataset.id} dataset={dataset} connector={connector} />
      ))}
    </>
  );
}

function One({ dataset, connector }: { dataset: Dataset; connector: string }) {
  const { t } = useTranslation('exchange');
  const opening = useOpening();
  const { id, title = id, description, offers, formats } = dataset;
  const name = title.slice(0, 300);
  return (
    <Panel title={title}>
      <div className="stack">
        {description !== undefined && <p>{description}</p>}
        <p className="quiet trade-hash">
          <code>{id}</code> {formats.join(', ')}
        </p>
        {offers.map((offer) => (
          <section key={offer['@id']} className="stack" aria-label={`${t('elsewhere.offer')}: ${title}`}>
            <PolicyInWords policy={offer} />
            <div>
              <Button
                type="primary"
                loading={opening.isPending}
                onClick={() =>
                  opening.mutate({ offering: id, offer, counterparty: connector, title: { en: name, zh: name } })
                }
              >
                {t('elsewhere.ask')}
              </Button>
            </div>
          </section>
        ))}
      </div>
    </Panel>
  );
}
