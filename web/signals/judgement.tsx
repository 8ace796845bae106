import { useTranslation } from 'react-i18next';
import { factsOf, thresholdOf, type Verdict } from '../../src/modules/signals/model.ts';
import { Plot } from '../ui/index.ts';
import { useNumber, useRuleName } from './watch-ask.ts';
import { judgementOption } from './watch-plots.ts';

/** A series as one rule sees it: its bound, or its statistic against the threshold. */
export function Judgement({ verdict, remark = '' }: { verdict: Verdict; remark?: string }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const { rule, points } = verdict;
  const name = useRuleName()(rule);
  const isChart = thresholdOf(rule) !== undefined;
  const source = rule.method === 'fixed' ? rule.source : t(`disease.sources.${rule.method}`, factsOf(rule));
  const line = t(isChart ? 'judges.statistic' : 'judges.bound');
  return (
    <Plot
      title={isChart ? t('judges.statisticOf', { rule: name }) : name}
      heightPx={300}
      option={judgementOption(verdict, {
        cases: t('disease.cases'),
        alarm: t('disease.alarm'),
        line,
        threshold: t('judges.threshold'),
        number,
      })}
      note={
        <>
          {source}
          {remark !== '' && <br />}
          {remark}
        </>
      }
      table={{
        columns: [
          t('disease.date'),
          t('disease.cases'),
          t('disease.expected'),
          line,
          t('disease.p'),
          t('disease.alarm'),
        ],
        rows: points.map(({ date, cases, expected, bound, statistic, p, alarm }) => [
          date,
          cases,
          expected ?? '',
          (isChart ? statistic : bound) ?? '',
          p ?? '',
          alarm ? t('disease.alarm') : '',
        ]),
      }}
    />
  );
}
