import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type CaseDefinition,
  DETECTORS,
  type DetectorMethod,
  type DetectorOption,
  type DetectorOptions,
  detectorOf,
  freshOptions,
  freshRule,
  type Level,
  type Unit,
  type WatchRule,
} from '../../src/modules/signals/model.ts';
import { Panel } from '../ui/index.ts';
import { Amount, Field } from './definition-fields.tsx';

type Rule = CaseDefinition['rules'][number];

const LEVELS: readonly Level[] = ['district', 'city', 'region'];

const METHODS = ['fixed', 'ears', 'scan', ...(Object.keys(DETECTORS) as DetectorMethod[])] as const;

/** What each method begins with. */
function fresh(method: WatchRule['method']): Rule {
  switch (method) {
    case 'fixed':
      return { method, unit: 'day', levels: ['district'], cases: 5, days: 10, source: '' };
    case 'ears':
      return { method, unit: 'day', levels: [...LEVELS], type: 'C1', alpha: 0.001, minSigma: 0.5, leastCases: 3 };
    case 'scan':
      return { method, unit: 'day', levels: ['region'], days: 28, replicates: 999, alpha: 0.001, leastCases: 4 };
    default:
      return freshRule(method);
  }
}

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
                onChange={(method) => put(at, fresh(method))}
                options={METHODS.map((value) => ({
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
          <Button onClick={() => change([...rules, fresh('ears')])}>{t('definitions.addRule')}</Button>
        </span>
      </div>
    </Panel>
  );
}

type OwnNumber = 'cases' | 'days' | 'alpha' | 'minSigma' | 'leastCases' | 'years' | 'replicates';

const NUMBERS: Readonly<Record<string, readonly OwnNumber[]>> = {
  fixed: ['cases', 'days'],
  ears: ['alpha', 'minSigma', 'leastCases'],
  farrington: ['years', 'alpha', 'leastCases'],
  scan: ['days', 'replicates', 'alpha', 'leastCases'],
};
const OF_DETECTORS: readonly OwnNumber[] = ['leastCases'];

function Options({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const { t } = useTranslation('signals');
  const values = rule as unknown as Readonly<Record<string, number>>;
  const units: readonly Unit[] = detectorOf(rule.method)?.units ?? [];
  return (
    <>
      {rule.method === 'ears' && (
        <Choice
          label={t('definitions.option.type')}
          value={rule.type}
          choices={['C1', 'C2', 'C3']}
          change={(type) => change({ ...rule, type: type as 'C1' })}
        />
      )}
      {units.length > 1 && (
        <Choice
          label={t('disease.unit')}
          value={rule.unit}
          choices={units}
          nameOf={(unit) => t(`disease.units.${unit as Unit}`)}
          change={(unit) => change({ ...rule, unit } as Rule)}
        />
      )}
      {(NUMBERS[rule.method] ?? OF_DETECTORS).map((name) => (
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
      <DetectorFields rule={rule} change={change} />
    </>
  );
}

/** The options that a detector has, as `DETECTORS` tells them. */
function DetectorFields({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const { t } = useTranslation('signals');
  const detector = detectorOf(rule.method);
  if (detector === undefined) return null;
  const values: DetectorOptions = {
    ...freshOptions(rule.method as DetectorMethod),
    ...('options' in rule ? rule.options : {}),
  };
  const set = (name: string, value: DetectorOptions[string]) =>
    change({ ...rule, options: { ...values, [name]: value } } as Rule);
  return detector.options.map(({ name, fallback, choices }: DetectorOption) => {
    const label = t(`definitions.option.${name as 'limit'}`);
    if (typeof fallback === 'number')
      return (
        <Amount
          key={name}
          label={label}
          value={values[name] as number}
          change={(value) => set(name, value ?? fallback)}
        />
      );
    return (
      <Choice
        key={name}
        label={label}
        value={String(values[name])}
        choices={choices ?? ['true', 'false']}
        {...(choices === undefined && {
          nameOf: (value: string) => t(value === 'true' ? 'definitions.yes' : 'definitions.no'),
        })}
        change={(value) => set(name, choices === undefined ? value === 'true' : value)}
      />
    );
  });
}

function Choice(props: {
  label: string;
  value: string;
  choices: readonly string[];
  nameOf?: (value: string) => string;
  change: (value: string) => void;
}) {
  const { label, value, choices, nameOf = (each) => each, change } = props;
  return (
    <div className="watch-field">
      {label}
      <Select
        aria-label={label}
        value={value}
        onChange={change}
        options={choices.map((each) => ({ value: each, label: nameOf(each) }))}
      />
    </div>
  );
}
