import { useTranslation } from 'react-i18next';
import { type DiseaseCurve, thresholdOf, type Verdict } from '../../src/modules/signals/model.ts';
import { Empty, Figures, Plot } from '../ui/index.ts';
import { Judgement } from './judgement.tsx';
import { useNumber, useRuleName } from './watch-ask.ts';
import { bounded, curveOption } from './watch-plots.ts';

/** The epidemic curve as every rule sees it, with its figures. */
export function Curve({ curve }: { curve: DiseaseCurve }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const ruleName = useRuleName();
  const boundOf = (rule: Verdict['rule']) => t('disease.bound', { rule: ruleName(rule) });
  const { points, verdicts } = curve;
  const cases = points.reduce((sum, point) => sum + point.cases, 0);
  const tested = points.reduce((sum, point) => sum + point.tested, 0);
  const said = verdicts.filter(({ tooShort }) => !tooShort);
  return (
    <>
      <Figures
        figures={[
          { label: t('disease.cases'), value: number(cases) },
          { label: t('disease.testedPersons'), value: number(tested) },
          ...(tested === 0 ? [] : [{ label: t('disease.positivity'), value: number((100 * cases) / tested) }]),
        ]}
      />
      {cases === 0 && <Empty title={t('disease.nothing')} />}
      <Plot
        title={t('disease.curve')}
        heightPx={340}
        option={curveOption(curve, {
          cases: t('disease.cases'),
          expected: t('disease.expected'),
          alarm: t('disease.alarm'),
          boundOf,
          number,
        })}
        note={
          <>
            {t('disease.correction')} {curve.lagSeconds > 5 && t('disease.behind', { count: curve.lagSeconds })}
          </>
        }
        table={{
          columns: [
            t('disease.date'),
            t('disease.cases'),
            t('disease.testedPersons'),
            t('disease.expected'),
            ...bounded(said).map(({ rule }) => boundOf(rule)),
            t('disease.alarm'),
          ],
          rows: points.map((point, at) => [
            point.date,
            point.cases,
            point.tested,
            said.find((verdict) => verdict.points[at]?.expected != null)?.points[at]?.expected ?? '',
            ...bounded(said).map((verdict) => verdict.points[at]?.bound ?? ''),
            said.some((verdict) => verdict.points[at]?.alarm) ? t('disease.alarm') : '',
          ]),
        }}
      />
      {said
        .filter(({ rule }) => thresholdOf(rule) !== undefined)
        .map((verdict) => (
          <Judgement key={JSON.stringify(verdict.rule)} verdict={verdict} />
        ))}
    </>
  );
}
