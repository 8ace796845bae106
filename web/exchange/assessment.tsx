import { CheckOutlined, RollbackOutlined, SaveOutlined } from '@ant-design/icons';
import { Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CompliancePage, VERDICTS, type Verdict } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, Tabs, useAsk } from '../ui/index.ts';
import { Files, Found, ItemHead, Refusals, VerdictLine } from './compliance-declare.tsx';
import { Dictionary, QualityPanel, SampleTable } from './offering.tsx';
import { exchange, partyName, said, useAct, useCompliance, usePriceWords, useStudio } from './offering-ask.ts';
import './offering.css';

type Judged = Record<string, { verdict: Verdict; words: string }>;

/** One version before an assessor: item by item, then the whole. */
export default function Assessment() {
  const { t } = useTranslation('exchange');
  const query = useCompliance(usePathValue('id'), Number(usePathValue('version')));
  const page = query.data;
  return (
    <Page
      title={page === undefined ? t('assess.one') : said(page.title)}
      about={page && `${partyName(page.holder)} · ${t('studio.versionNumber', { version: page.version })}`}
      trail={<Go to="/exchange/assessments">{t('assess.title')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && <Desk key={page.assessment?.revision} page={page} />}
    </Page>
  );
}

function Desk({ page }: { page: CompliancePage }) {
  const { t } = useTranslation('exchange');
  const [part, setPart] = useState('items');
  return (
    <div className="stack">
      {page.refusals.length > 0 && <Refusals page={page} />}
      <Decision page={page} />
      <Tabs
        label={t('assess.parts')}
        active={part}
        choose={setPart}
        tabs={[
          { key: 'items', label: t('assess.items'), content: () => <Items page={page} /> },
          { key: 'offering', label: t('offering.one'), content: () => <Offered page={page} /> },
        ]}
      />
    </div>
  );
}

function Decision({ page }: { page: CompliancePage }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const { assessment } = page;
  const approve = useAct((words: string) => exchange.approve(page.offeringId, words, assessment?.revision ?? 0));
  const giveBack = useAct((words: string) => exchange.giveBack(page.offeringId, words, assessment?.revision ?? 0));
  if (assessment === null) return null;
  const isOpen = assessment.state === 'open' || assessment.state === 'seconded';
  const left = page.items.filter(({ verdict }) => verdict === null || verdict.verdict === 'unsatisfied').length;
  const asked = async (what: 'approve' | 'return') => {
    const given = await ask({
      title: t(`assess.${what}Sure`),
      about: t(`assess.${what}About`),
      act: t(`assess.${what}`),
      danger: what === 'return',
      reason: true,
    });
    if (given !== undefined) (what === 'approve' ? approve : giveBack).mutate(given.reason);
  };
  return (
    <Panel
      title={t('assess.decision')}
      actions={
        isOpen &&
        page.mayAssess && (
          <>
            <Button danger icon={<RollbackOutlined />} loading={giveBack.isPending} onClick={() => asked('return')}>
              {t('assess.return')}
            </Button>
            <Button
              type="primary"
              icon={<CheckOutlined />}
              disabled={left > 0 || page.refusals.length > 0}
              loading={approve.isPending}
              onClick={() => asked('approve')}
            >
              {t(assessment.fourEyes && assessment.state === 'open' ? 'assess.approveFirst' : 'assess.approve')}
            </Button>
          </>
        )
      }
    >
      <Facts
        facts={[
          [t('offering.state'), t(`assess.states.${assessment.state}`)],
          [t('assess.judged'), `${assessment.judged}/${assessment.items}`],
          [t('assess.eyes'), t(assessment.fourEyes ? 'assess.fourEyes' : 'assess.twoEyes')],
          [t('assess.first'), assessment.firstName],
          [t('assess.decided'), assessment.decidedName],
          [t('studio.words'), assessment.words],
        ]}
      />
      {isOpen && !page.mayAssess && <p className="quiet">{t('assess.notYours')}</p>}
    </Panel>
  );
}

function Items({ page }: { page: CompliancePage }) {
  const { t } = useTranslation('exchange');
  const [judged, setJudged] = useState<Judged>({});
  const { assessment } = page;
  const keep = useAct(() => exchange.judge(page.offeringId, judged, assessment?.revision ?? 0));
  const mayJudge = page.mayAssess && assessment?.state === 'open';
  const open = page.items.filter(({ id, verdict }) => verdict === null && judged[id] === undefined);
  return (
    <Panel
      title={t('assess.items')}
      actions={
        mayJudge && (
          <>
            <Button
              disabled={open.length === 0}
              onClick={() =>
                setJudged({
                  ...judged,
                  ...Object.fromEntries(
                    open
                      .filter(({ id }) => !page.refusals.includes(id))
                      .map(({ id }) => [id, { verdict: 'satisfied', words: '' } as const]),
                  ),
                })
              }
            >
              {t('assess.restSatisfied', { count: open.length })}
            </Button>
            <Button
              type="primary"
              icon={<SaveOutlined />}
              disabled={Object.keys(judged).length === 0}
              loading={keep.isPending}
              onClick={() => keep.mutate(undefined)}
            >
              {t('assess.keep')}
            </Button>
          </>
        )
      }
    >
      {page.items.map((item) => {
        const choice = item.choices?.find(({ id }) => id === item.answer?.choice);
        const typed = judged[item.id] ?? item.verdict ?? undefined;
        const set = (changes: Partial<Judged[string]>) =>
          setJudged({
            ...judged,
            [item.id]: { verdict: typed?.verdict ?? 'satisfied', words: typed?.words ?? '', ...changes },
          });
        return (
          <section key={item.id} className="offering-item" aria-label={said(item.title)}>
            <ItemHead item={item} />
            {item.answer !== null && (
              <p>
                <strong>{choice === undefined ? '' : said(choice.label)}</strong> {item.answer.words}
                {item.answer.export !== undefined &&
                  ` · ${t('compliance.persons')}: ${item.answer.export.persons}${item.answer.export.sensitive ? ` · ${t('compliance.sensitive')}` : ''}`}
              </p>
            )}
            <Found item={item} />
            <Files page={{ ...page, mayAnswer: false }} item={item} chosen={item.answer?.choice} />
            {mayJudge ? (
              <div className="stack">
                <Radio.Group
                  aria-label={t('assess.verdictOf', { item: said(item.title) })}
                  value={typed?.verdict}
                  onChange={({ target }) => set({ verdict: target.value as Verdict })}
                  optionType="button"
                  size="small"
                  options={VERDICTS.map((value) => ({ value, label: t(`assess.verdicts.${value}`) }))}
                />
                {typed !== undefined && (
                  <Input.TextArea
                    aria-label={t('assess.wordsOf', { item: said(item.title) })}
                    placeholder={t(typed.verdict === 'satisfied' ? 'assess.words' : 'assess.wordsNeeded')}
                    autoSize={{ minRows: 1, maxRows: 6 }}
                    maxLength={4_000}
                    value={typed.words}
                    onChange={({ target }) => set({ words: target.value })}
                  />
                )}
              </div>
            ) : (
              <VerdictLine item={item} />
            )}
          </section>
        );
      })}
    </Panel>
  );
}

/** What is offered, as its holder says it. */
function Offered({ page }: { page: CompliancePage }) {
  const { t } = useTranslation('exchange');
  const priceOf = usePriceWords();
  const query = useStudio(page.offeringId, String(page.version));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { definition, sample, quality, contents } = query.data;
  const content = contents.find(({ version, reportId }) => version === page.version && reportId !== null);
  return (
    <div className="stack">
      <Panel>
        <Facts
          facts={[
            [t('studio.summary'), said(definition.summary)],
            [t('offering.pricesTitle'), definition.prices.map(priceOf).join(' · ')],
            [t('studio.basis'), said(definition.pricingBasis)],
            [t('studio.purposes'), definition.terms.purposes.map((each) => t(`offering.purposes.${each}`)).join(', ')],
            [
              t('offering.sources'),
              definition.sources.map(({ party, share }) => `${partyName(party)} (${share / 100} %)`).join(', '),
            ],
            [
              t('studio.gateReport'),
              content?.reportId != null && (
                <Go key="report" to={`/exchange/releases/${content.reportId}`}>
                  {t('studio.gateReport')}
                </Go>
              ),
            ],
            [
              t('studio.sql'),
              <code key="sql" style={{ whiteSpace: 'pre-wrap' }}>
                {definition.query.sql}
              </code>,
            ],
          ]}
        />
      </Panel>
      <Dictionary columns={definition.columns} />
      {quality !== null && <QualityPanel quality={quality} />}
      {sample !== null && <SampleTable sample={sample} columns={definition.columns} />}
    </div>
  );
}
