import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { CODE_LISTS } from '#standards/e2b';
import type { PairGround, PossiblePair, ReportPage } from '../../src/modules/signals/model.ts';
import { api, Go } from '../shell/index.ts';
import { DataTable, Empty, Facts, Failure, Loading, Panel, StatusTag, useAsk, useNotice } from '../ui/index.ts';
import { addressOf, pathOf, useDuplicates, useForget } from './report-ask.ts';
import { States } from './reports.tsx';
import { named } from './watch-ask.ts';

/** Reports that may tell of the same case, and what was decided of them. */
export function Pairs({ page }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const query = useDuplicates(page.line.id);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { pairs, compared, expectedShare, source } = query.data;
  return (
    <div className="stack">
      <Panel>
        <p className="quiet">{t('pairs.about')}</p>
        <p className="quiet">{t('pairs.compared', { count: compared, share: 100 * expectedShare })}</p>
        <p className="quiet">
          {t('judge.source')}: {source}
        </p>
        {pairs.length === 0 && <Empty title={t('pairs.none')} />}
      </Panel>
      {pairs.map((pair) => (
        <Pair key={pair.other.id} pair={pair} page={page} />
      ))}
    </div>
  );
}

function Pair({
  pair: { other, score, probability, grounds, decision },
  page,
}: {
  pair: PossiblePair;
  page: ReportPage;
}) {
  const { t, i18n } = useTranslation('signals');
  const ask = useAsk();
  const notice = useNotice();
  const forget = useForget();
  const number = (value: number, digits: number) =>
    value.toLocaleString(i18n.language, { maximumFractionDigits: digits });
  const decide = useMutation({
    mutationFn: (told: { decision: string; reason: string }) =>
      api.post(`${pathOf(page.line.id)}/duplicates`, { other: other.id, ...told }),
    onSuccess: () => forget(),
    onError: notice.failed,
  });
  const decideAs = async (as: 'confirm' | 'refuse') => {
    const told = await ask({
      title: t(`pairs.${as}`),
      ...(as === 'confirm' && { about: t('pairs.confirmAbout') }),
      act: t(`pairs.${as}`),
      reason: true,
    });
    if (told !== undefined)
      decide.mutate({ decision: as === 'confirm' ? 'confirmed' : 'refused', reason: told.reason });
  };
  return (
    <Panel
      title={other.caseNumber ?? other.id}
      actions={
        page.mayWrite && (
          <>
            <Button loading={decide.isPending} onClick={() => void decideAs('confirm')}>
              {t('pairs.confirm')}
            </Button>
            <Button onClick={() => void decideAs('refuse')}>{t('pairs.refuse')}</Button>
          </>
        )
      }
    >
      <div className="stack">
        <Facts
          facts={[
            [
              t('reports.number'),
              <Go key="open" to={addressOf(other.id)}>
                {t('pairs.open')}
              </Go>,
            ],
            [t('reports.state'), <States key="state" line={other} />],
            [t('pairs.probability'), probability !== null && `${number(100 * probability, 1)} %`],
            [t('pairs.score'), number(score, 1)],
            [
              t('judge.result'),
              decision !== null && (
                <span key="decision">
                  <StatusTag tone={decision.decision === 'confirmed' ? 'warning' : 'neutral'}>
                    {t(`pairs.decisions.${decision.decision}`)}
                  </StatusTag>{' '}
                  {decision.byName}: {decision.reason}
                </span>
              ),
            ],
          ]}
        />
        <DataTable<PairGround>
          name={`${other.caseNumber ?? other.id}-compared`}
          label={`${t('pairs.field')}: ${other.caseNumber ?? other.id}`}
          rowKey={({ field }) => field}
          source={{ rows: grounds }}
          searchable={false}
          columns={[
            {
              key: 'field',
              title: t('pairs.field'),
              value: ({ field }) => t(`pairs.fields.${field}`),
              phoneTitle: true,
            },
            { key: 'here', title: t('pairs.here'), value: ({ field, here }) => wordOf(field, here) },
            { key: 'there', title: t('pairs.there'), value: ({ field, there }) => wordOf(field, there) },
            {
              key: 'weight',
              title: t('pairs.weight'),
              value: ({ weight }) => weight,
              render: ({ weight }) => number(weight, 2),
              end: true,
              sortable: true,
            },
          ]}
        />
      </div>
    </Panel>
  );
}

/** What is a code is told in words. */
function wordOf(field: string, value: string): string {
  if (field !== 'sex' && field !== 'outcome') return value;
  const entry = CODE_LISTS[field].find(({ code }) => code === value);
  return entry === undefined ? value : named(entry);
}
