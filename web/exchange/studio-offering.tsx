import { CopyOutlined, SaveOutlined, SendOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OfferingDefinition, StudioPage } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import { Failure, Loading, Page, Panel, StatusTag, Tabs, useAsk } from '../ui/index.ts';
import { Compliance } from './compliance-declare.tsx';
import { exchange, STATE_TONES, said, useAct, useStudio } from './offering-ask.ts';
import { AboutPart, ColumnsPart, DataPart, MarketPart, QualityPart } from './studio-editor.tsx';
import { ContentPart, HistoryPart, ListingPart } from './studio-parts.tsx';
import './offering.css';

/** States after which the holder may begin another version. */
const ENDS: readonly string[] = ['returned', 'listed', 'suspended', 'delisted', 'superseded'];

/** One offering of the own, from its first words to the market. */
export default function StudioOffering() {
  const id = usePathValue('id');
  const query = useStudio(id);
  const { t } = useTranslation('exchange');
  const page = query.data;
  if (page === undefined)
    return (
      <Page title={t('offering.one')} trail={<Go to="/exchange/studio">{t('studio.title')}</Go>}>
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      </Page>
    );
  // Another version is another form.
  return <Shown key={`${page.id}/${page.version}`} page={page} />;
}

function Shown({ page }: { page: StudioPage }) {
  const { t } = useTranslation('exchange');
  const [part, setPart] = useAddressValue('part', 'about');
  const [definition, setDefinition] = useState(page.definition);
  const ask = useAsk();
  const isDraft = page.state === 'draft' && page.mayWrite;
  const isChanged = JSON.stringify(definition) !== JSON.stringify(page.definition);
  const save = useAct(() => exchange.change(page.id, definition, page.revision));
  const next = useAct(() => exchange.openVersion(page.id));
  const submit = useAct(() => exchange.submit(page.id, page.revision));
  const change = (changes: Partial<OfferingDefinition>) => setDefinition({ ...definition, ...changes });
  const edited = { definition, change, isDraft };
  const title = said(page.definition.title) || t('studio.untitled');
  const submitAsked = async () => {
    const sure = await ask({ title: t('studio.submitSure'), about: t('studio.submitAbout'), act: t('studio.submit') });
    if (sure !== undefined) submit.mutate(undefined);
  };
  return (
    <Page
      title={title}
      about={
        <span className="row">
          <StatusTag tone={STATE_TONES[page.state]}>{t(`offering.states.${page.state}`)}</StatusTag>
          {t('studio.versionNumber', { version: page.version })}
          {page.demonstration && <StatusTag tone="warning">{t('offering.demonstration')}</StatusTag>}
        </span>
      }
      trail={<Go to="/exchange/studio">{t('studio.title')}</Go>}
      actions={
        <>
          {isDraft && (
            <Button
              icon={<SaveOutlined />}
              type={isChanged ? 'primary' : 'default'}
              disabled={!isChanged}
              loading={save.isPending}
              onClick={() => save.mutate(undefined)}
            >
              {t('studio.save')}
            </Button>
          )}
          {isDraft && (
            <Button
              icon={<SendOutlined />}
              type={isChanged ? 'default' : 'primary'}
              disabled={isChanged || page.missing.length > 0}
              loading={submit.isPending}
              onClick={submitAsked}
            >
              {t('studio.submit')}
            </Button>
          )}
          {page.mayWrite && ENDS.includes(page.state) && (
            <Button icon={<CopyOutlined />} loading={next.isPending} onClick={() => next.mutate(undefined)}>
              {t('studio.nextVersion')}
            </Button>
          )}
        </>
      }
    >
      <div className="stack">
        {isDraft && page.missing.length > 0 && <MissingPanel page={page} choose={setPart} />}
        <Tabs
          label={t('studio.parts')}
          active={part}
          choose={setPart}
          tabs={[
            { key: 'about', label: t('studio.part.about'), content: () => <AboutPart {...edited} /> },
            { key: 'data', label: t('studio.part.data'), content: () => <DataPart {...edited} /> },
            { key: 'columns', label: t('studio.part.columns'), content: () => <ColumnsPart {...edited} /> },
            { key: 'quality', label: t('studio.part.quality'), content: () => <QualityPart {...edited} /> },
            { key: 'market', label: t('studio.part.market'), content: () => <MarketPart {...edited} /> },
            {
              key: 'content',
              label: t('studio.part.content'),
              content: () => <ContentPart page={page} isChanged={isChanged} />,
            },
            {
              key: 'compliance',
              label: t('studio.part.compliance'),
              content: () => <Compliance id={page.id} version={page.version} revision={page.revision} />,
            },
            { key: 'listing', label: t('studio.part.listing'), content: () => <ListingPart page={page} /> },
            { key: 'history', label: t('studio.part.history'), content: () => <HistoryPart page={page} /> },
          ]}
        />
      </div>
    </Page>
  );
}

/** Where what is missing is mended. */
const PLACES: Readonly<Record<string, string>> = {
  title: 'about',
  summary: 'about',
  sql: 'data',
  content: 'content',
  contentOld: 'content',
  columns: 'columns',
  label: 'columns',
  meaning: 'columns',
  codes: 'columns',
  columnsTwice: 'columns',
  prices: 'market',
  pricingBasis: 'market',
  shares: 'market',
  sourcesTwice: 'market',
  purposes: 'market',
  ways: 'market',
  answer: 'compliance',
  evidence: 'compliance',
  exportFigures: 'compliance',
};

function MissingPanel({ page, choose }: { page: StudioPage; choose: (part: string) => void }) {
  const { t } = useTranslation('exchange');
  const parts = Map.groupBy(page.missing, ({ key }) => PLACES[key] ?? 'about');
  return (
    <Panel title={t('studio.missing', { count: page.missing.length })}>
      <ul className="offering-list">
        {[...parts].map(([part, missing]) => (
          <li key={part}>
            <Button type="link" size="small" onClick={() => choose(part)}>
              {t(`studio.part.${part}`)}
            </Button>{' '}
            {[
              ...Map.groupBy(missing, ({ key }) => key)
                .entries()
                .map(([key, each]) => {
                  const what = each.flatMap((one) => one.what ?? []);
                  const names =
                    key === 'answer' || key === 'evidence' || key === 'exportFigures' ? '' : what.join(', ');
                  return `${t(`studio.lacks.${key}`, { count: each.length })}${names === '' ? '' : ` (${names})`}`;
                }),
            ].join(' · ')}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
