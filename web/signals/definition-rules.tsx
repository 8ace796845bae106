import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CaseDefinition, Level, WatchRule } from '../../src/modules/signals/model.ts';
import { Panel } from '../ui/index.ts';
import { Amount, Field } from './definition-fields.tsx';

type Rule = CaseDefinition['rules'][number];

const LEVELS: readonly Level[] = ['district', 'city', 'region'];

/** What each method begins with. */
const FRESH: Readonly<Record<WatchRule['method'], Rule>> = {
  fixed: { method: 'fixed', unit: 'day', levels: ['district'], cases: 5, days: 10, source: '' },
  ears: { method: 'ears', unit: 'day', levels: [...LEVELS], type: 'C1', alpha: 0.001, minSigma: 0.5, leastCases: 3 },
  farrington: { method: 'farrington', unit: 'week', levels: [...LEVELS], years: 3, alpha: 0.005, leastCases: 5 },
  scan: { method: 'scan', unit: 'day', levels: ['region'], days: 28, replicates: 999, alpha: 0.001, leastCases: 4 },
};

/** By which rules the counts are watched. */
export function Rules({ rules, change }: { rules: readonly Rule[]; change: (rules: Rule[]) => void }) {
  const { t } = useTranslation('signals');
  const put = (at: number, rule: Rule) => change(rules.map((each, index) => (index === at ? rule : each)));
  return (
    <Panel title={t('disease.judgedBy')}>
      <div className="stack">
        {rules.map((rule, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is what stands at its place
          <div className="watch-filters" key={at}>
            <div className="watch-field">
              {t('disease.rule')}
              <Select
                aria-label={t('disease.rule')}
                value={rule.method}
                onChange={(method) => put(at, FRESH[method])}
                options={(Object.keys(FRESH) as WatchRule['method'][]).map((value) => ({
                  value,
                  label: t(`definitions.methods.${value}`),
                }))}
              />
            </div>
            <div className="watch-field">
              {t('definitions.levels')}
              <Select
                mode="multiple"
                aria-label={t('definitions.levels')}
                value={[...rule.levels]}
                onChange={(levels) => put(at, { ...rule, levels })}
                options={LEVELS.map((value) => ({ value, label: t(`definitions.level.${value}`) }))}
              />
            </div>
            <Options rule={rule} change={(each) => put(at, each)} />
            {rules.length > 1 && (
              <Button onClick={() => change(rules.filter((_, index) => index !== at))}>
                {t('definitions.remove')}
              </Button>
            )}
          </div>
        ))}
        <span className="row">
          <Button onClick={() => change([...rules, FRESH.ears])}>{t('definitions.addRule')}</Button>
        </span>
      </div>
    </Panel>
  );
}

const NUMBERS = {
  fixed: ['cases', 'days'],
  ears: ['alpha', 'minSigma', 'leastCases'],
  farrington: ['years', 'alpha', 'leastCases'],
  scan: ['days', 'replicates', 'alpha', 'leastCases'],
} as const;

function Options({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const { t } = useTranslation('signals');
  const values = rule as unknown as Readonly<Record<string, number>>;
  return (
    <>
      {rule.method === 'ears' && (
        <div className="watch-field">
          {t('definitions.option.type')}
          <Select
            aria-label={t('definitions.option.type')}
            value={rule.type}
            onChange={(type) => change({ ...rule, type })}
            options={(['C1', 'C2', 'C3'] as const).map((value) => ({ value, label: value }))}
          />
        </div>
      )}
      {NUMBERS[rule.method].map((name) => (
        <Amount
          key={name}
          label={t(`definitions.option.${name}`)}
          value={values[name] ?? null}
          change={(value) => change({ ...rule, [name]: value ?? 0 } as Rule)}
        />
      ))}
      {rule.method === 'fixed' && (
        <Field label={t('definitions.source')}>
          <Input value={rule.source} onChange={({ target }) => change({ ...rule, source: target.value })} />
        </Field>
      )}
    </>
  );
}
