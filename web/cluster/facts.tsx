import { Alert, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FactLine } from '../../src/modules/cluster/model.ts';
import { Go, language, useAddressValues } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, Panel } from '../ui/index.ts';
import { nameOf, sourceTitle, useFacts } from './record-ask.ts';
import './record.css';

/** The facts that the record began with, each with its quote. */
export default function FactsPage() {
  const { t } = useTranslation('cluster');
  const query = useFacts();
  const { values, set } = useAddressValues();
  const [list, chosen] = [String(values['list'] ?? ''), String(values['fact'] ?? '')];
  if (!query.isSuccess)
    return (
      <Page title={t('record.facts')}>
        {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  const { facts, sources, cautions } = query.data;
  const quoted = facts.filter(({ quote, list: of }) => quote !== null && of !== 'dataQuality').length;
  const lists = [...new Set(facts.map((fact) => fact.list))];
  const one = facts.find(({ id }) => id === chosen);
  const source = (fact: FactLine) => {
    const found = sources[fact.source];
    return found === undefined ? fact.source : sourceTitle(found);
  };
  const thing = ({ thing: id, thingName, thingNameZh }: FactLine) =>
    id === null ? '' : nameOf({ name: thingName ?? id, nameZh: thingNameZh });
  return (
    <Page
      title={t('record.facts')}
      about={t('record.factsAbout', { count: quoted })}
      trail={<Go to="/cluster">{t('record.title')}</Go>}
    >
      <div className="stack">
        {one !== undefined && (
          <Panel title={`${t(`record.lists.${one.list}`)}: ${one.title}`}>
            <div className="stack">
              <blockquote className="quote">{one.quote ?? t('record.noQuote')}</blockquote>
              <p>
                {t('record.source')}: {source(one)}
                {sources[one.source]?.date != null && ` · ${sources[one.source]?.date}`}
              </p>
              {cautions
                .filter(
                  ({ about, id }) =>
                    id === one.id || about === `source/${one.source}` || about === `thing/${one.thing}`,
                )
                .filter((caution, at, all) => all.findIndex(({ id }) => id === caution.id) === at)
                .map(({ id, text, textZh }) => (
                  <Alert key={id} type="warning" showIcon title={language() === 'zh' ? textZh : text} />
                ))}
              {one.thing !== null && <Go to={`/cluster/things/${one.thing}`}>{thing(one)}</Go>}
            </div>
          </Panel>
        )}
        <DataTable<FactLine>
          name="facts"
          label={t('record.facts')}
          rowKey={({ id }) => id}
          source={{ rows: facts.filter((fact) => list === '' || fact.list === list) }}
          few={60}
          filters={
            <Select
              aria-label={t('record.listOf')}
              placeholder={t('record.listOf')}
              allowClear
              popupMatchSelectWidth={false}
              {...(list !== '' && { value: list })}
              onChange={(value?: string) => set({ list: value ?? '' })}
              options={lists.map((each) => ({
                value: each,
                label: `${t(`record.lists.${each}`)} (${facts.filter((fact) => fact.list === each).length})`,
              }))}
            />
          }
          columns={[
            {
              key: 'title',
              title: t('record.fact'),
              value: ({ title }) => title,
              render: ({ id, title }) => <Go to={`/cluster/facts?fact=${encodeURIComponent(id)}`}>{title}</Go>,
              sortable: true,
              phoneTitle: true,
            },
            {
              key: 'list',
              title: t('record.listOf'),
              value: ({ list: of }) => t(`record.lists.${of}`),
              sortable: true,
            },
            { key: 'quote', title: t('record.quote'), value: ({ quote }) => quote ?? t('record.noQuote') },
            { key: 'source', title: t('record.source'), value: source, sortable: true },
            {
              key: 'thing',
              title: t('record.thing'),
              value: thing,
              render: (fact) =>
                fact.thing === null ? (
                  t('record.aboutSource')
                ) : (
                  <Go to={`/cluster/things/${fact.thing}`}>{thing(fact)}</Go>
                ),
            },
          ]}
        />
      </div>
    </Page>
  );
}
