import { PlusOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CATALOGUE_LISTS,
  type CatalogueLine,
  type CatalogueList,
  type CataloguePage,
  type Policy,
  PRODUCT_CLASSES,
  PROPERTIES,
  type ProductClass,
  type Programme,
} from '../../src/modules/cluster/model.ts';
import { Go, language, useAddressValue, useGo } from '../shell/index.ts';
import { type Column, DataTable, Empty, Failure, Loading, Page, StatusTag, Tabs, type Tone } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog, Toggle } from './form-dialog.tsx';
import { useCatalogue } from './meeting-ask.tsx';
import { send, useAct, useAmounts } from './parks-ask.ts';
import { useBoth, useNavigator } from './policy-ask.ts';
import { SourceChip, useValueWords } from './said.tsx';
import './record.css';

type Of = ProductClass | 'application' | 'programme';
const OF: readonly Of[] = [...PRODUCT_CLASSES, 'application', 'programme'];
const TONES: Readonly<Record<string, Tone>> = { listed: 'good', applied: 'info', 'not-listed': 'warning' };

/** Drugs, devices and equipment with their standing in lists, and clinical applications: each standing with its day and source. */
export default function Catalogues() {
  const { t } = useTranslation('cluster');
  const [of, setOf] = useAddressValue('of', 'drug');
  const [gap, setGap] = useAddressValue('gap');
  const [examples, setExamples] = useAddressValue('examples');
  const [entering, setEntering] = useState(false);
  const lists = of === 'application' || of === 'programme' ? [] : listsOf(of as ProductClass);
  const query = useCatalogue({
    of: of === 'programme' ? 'drug' : of,
    ...(lists.includes(gap as CatalogueList) && { gap }),
    ...(examples !== '' && { examples }),
  });
  return (
    <Page
      title={t('catalogues.title')}
      about={t('catalogues.about')}
      actions={
        query.data?.mayEnter === true && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEntering(true)}>
            {t('catalogues.enter')}
          </Button>
        )
      }
    >
      <div className="row no-print">
        {lists.length > 0 && (
          <Select
            aria-label={t('catalogues.gap')}
            value={lists.includes(gap as CatalogueList) ? gap : ''}
            onChange={setGap}
            style={{ minWidth: 280 }}
            options={[
              { value: '', label: t('catalogues.anyStanding') },
              ...lists.map((list) => ({ value: list, label: t('catalogues.gapOf', { list: labelOf(list) }) })),
            ]}
          />
        )}
        <Toggle label={t('parks.withExamples')} on={examples === 'yes'} set={(on) => setExamples(on ? 'yes' : '')} />
      </div>
      <Tabs
        label={t('catalogues.title')}
        active={of}
        choose={setOf}
        tabs={OF.map((key) => ({
          key,
          label: t(`catalogues.of.${key}`),
          content: () =>
            key === 'programme' ? (
              <Programmes />
            ) : (
              <>
                {query.isPending && <Loading />}
                {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
                {query.isSuccess && <Lines of={key} page={query.data} />}
              </>
            ),
        }))}
      />
      {entering && <Enter close={() => setEntering(false)} makers={query.data?.makers ?? []} />}
    </Page>
  );
}

function listsOf(of: ProductClass): CatalogueList[] {
  return (Object.keys(CATALOGUE_LISTS) as CatalogueList[]).filter((list) =>
    (CATALOGUE_LISTS[list] as readonly string[]).includes(of),
  );
}

function labelOf(property: string): string {
  return PROPERTIES[property]?.[language().startsWith('zh') ? 'zh' : 'en'] ?? property;
}

const INCENTIVES: readonly Programme[] = ['talent', 'tax', 'rd'];

/** Talent programmes, tax and R&D incentives: what each gives, for whom, since when, and how it is known. */
function Programmes() {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const query = useNavigator({ enterprise: '', day: '', text: '' });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const newest = ({ versions }: Policy) => versions.at(-1)!;
  return (
    <DataTable<Policy>
      name="catalogue-programme"
      label={t('catalogues.of.programme')}
      rowKey={({ id }) => id}
      source={{ rows: query.data.policies.filter(({ programme }) => INCENTIVES.includes(programme)) }}
      searchable
      columns={[
        {
          key: 'name',
          title: t('catalogues.name'),
          value: ({ title }) => both(title),
          render: ({ id, title }) => <Go to={`/cluster/policies/${id}`}>{both(title)}</Go>,
          phoneTitle: true,
          sortable: true,
        },
        {
          key: 'kind',
          title: t('policies.programme'),
          value: ({ programme }) => t(`policies.programmes.${programme}`),
          sortable: true,
        },
        {
          key: 'for',
          title: t('catalogues.for'),
          value: ({ applicant, sources }) =>
            sources.every(({ read }) => read === 'seed')
              ? t('catalogues.notSaid')
              : t(applicant === 'person' ? 'policies.forPersons' : 'catalogues.forEnterprises'),
        },
        {
          key: 'what',
          title: t('catalogues.what'),
          value: (policy) =>
            newest(policy)
              .clauses.map(({ title }) => both(title))
              .join('; '),
        },
        {
          key: 'days',
          title: t('catalogues.days'),
          value: (policy) => `${newest(policy).from ?? '?'} – ${newest(policy).to ?? '?'}`,
        },
        {
          key: 'read',
          title: t('policies.sources'),
          value: ({ sources }) => [...new Set(sources.map(({ read }) => t(`policies.readings.${read}`)))].join('; '),
        },
      ]}
    />
  );
}

function Lines({ of, page }: { of: Exclude<Of, 'programme'>; page: CataloguePage }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const valueWords = useValueWords();
  if (page.lines.length === 0) return <Empty title={t('catalogues.none')}>{t('catalogues.noneAbout')}</Empty>;

  const wordsOf = ({ said }: CatalogueLine, property: string) => {
    const found = said[property];
    if (found === undefined) return undefined;
    return property in CATALOGUE_LISTS ? t(`catalogues.standing.${found.value}`) : valueWords(found);
  };
  const column = (property: string): Column<CatalogueLine> => ({
    key: property,
    title: labelOf(property),
    value: (line) => wordsOf(line, property) ?? t('catalogues.notSaid'),
    render: (line) => {
      const found = line.said[property];
      if (found === undefined) return <span className="quiet">{t('catalogues.notSaid')}</span>;
      return (
        <span className="catalogue-said">
          {property in CATALOGUE_LISTS ? (
            <>
              <StatusTag tone={TONES[String(found.value)] ?? 'neutral'}>{wordsOf(line, property)}</StatusTag>{' '}
              {found.asOf}
            </>
          ) : (
            wordsOf(line, property)
          )}
          {found.disputed && <StatusTag tone="danger">{t('catalogues.disputed')}</StatusTag>}
          <SourceChip said={found} source={page.sources[found.source]} />
        </span>
      );
    },
  });
  const properties =
    of === 'application'
      ? ['indication', 'therapy', 'stage', 'treated', 'recovery-rate']
      : ['approval-number', 'approved', ...listsOf(of)];
  const usesOf = ({ uses }: CatalogueLine) =>
    uses.map(({ at, asOf }) => (asOf === null ? named(at) : `${named(at)} (${asOf})`)).join(', ');
  return (
    <>
      {page.isCut && <p className="quiet">{t('catalogues.cut')}</p>}
      <DataTable<CatalogueLine>
        name={`catalogue-${of}`}
        label={t(`catalogues.of.${of}`)}
        rowKey={({ thing }) => thing.id}
        source={{ rows: page.lines }}
        searchable
        columns={[
          {
            key: 'name',
            title: t('catalogues.name'),
            value: ({ thing }) => named(thing),
            render: ({ thing }) => (
              <span className="row">
                <Go to={`/cluster/things/${thing.id}`}>{named(thing)}</Go>
                <ExampleTag on={thing.example} />
              </span>
            ),
            phoneTitle: true,
            sortable: true,
          },
          { key: 'maker', title: t('catalogues.maker'), value: ({ makers }) => makers.map(named).join(', ') },
          ...properties.map(column),
          { key: 'uses', title: t('catalogues.uses'), value: usesOf },
        ]}
      />
    </>
  );
}

function Enter({ makers, close }: { makers: CataloguePage['makers']; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const go = useGo();
  const enter = useAct(
    (body: object) => send.post<{ id: string }>('/catalogues', body),
    ({ id }) => go(`/cluster/things/${id}`),
  );
  return (
    <FormDialog
      title={t('catalogues.enter')}
      about={t('catalogues.enterAbout')}
      act={t('catalogues.enterAct')}
      busy={enter.isPending}
      close={close}
      send={(filled) => enter.mutate(filled)}
      initial={{ ...(makers.length === 1 && { maker: makers[0]?.id }) }}
      fields={[
        { name: 'name', label: t('catalogues.name'), needed: true },
        { name: 'nameZh', label: t('projects.nameZh') },
        {
          name: 'class',
          label: labelOf('product-class'),
          kind: 'choice',
          needed: true,
          options: PRODUCT_CLASSES.map((value) => ({ value, label: t(`catalogues.of.${value}`) })),
        },
        { name: 'approvalNumber', label: labelOf('approval-number') },
        { name: 'approved', label: labelOf('approved'), kind: 'date' },
        {
          name: 'maker',
          label: t('catalogues.maker'),
          kind: 'choice',
          options: makers.map((each) => ({ value: each.id, label: named(each) })),
        },
      ]}
    />
  );
}
