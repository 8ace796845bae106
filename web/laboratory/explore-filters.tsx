import { Button, Checkbox, Input, type InputProps, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { OUTLIERS, SEXES } from '../../src/modules/laboratory/model.ts';
import { useDistricts, useGo, useOrganizationNames } from '../shell/index.ts';
import { Panel } from '../ui/index.ts';

import type { Choices, Filter, FilterName } from './explore-ask.ts';

interface FiltersProps {
  choices: Choices;
  filter: Filter;
  set: (name: FilterName, value: string) => void;
  test: string;
}

/** Which results are looked at. Every change is in the address at once. */
export function Filters({ choices, filter, set, test }: FiltersProps) {
  const { t } = useTranslation('laboratory');
  const go = useGo();
  const { nameOf } = useDistricts();
  const organizationName = useOrganizationNames(choices.organizations);
  const choice = (name: FilterName, label: string, options: { value: string; label: string }[]) => (
    <Choice label={label} value={filter[name]} options={options} change={(value) => set(name, value)} />
  );
  return (
    <Panel
      title={t('explore.filters')}
      actions={
        <Button size="small" onClick={() => go(`/laboratory/explore?test=${encodeURIComponent(test)}`)}>
          {t('explore.reset')}
        </Button>
      }
    >
      <div className="explore-filters">
        {choices.reaches.length > 1 &&
          choice(
            'reach',
            t('explore.reach'),
            choices.reaches.map((value) => ({ value, label: t(`explore.reaches.${value}`) })),
          )}
        {choice(
          'sex',
          t('explore.sex'),
          SEXES.map((value) => ({ value, label: t(`explore.sexes.${value}`) })),
        )}
        <Field label={t('explore.ageFrom')}>
          <span className="row nowrap">
            <Age label={t('explore.ageFrom')} value={filter.ageFrom} change={(value) => set('ageFrom', value)} />
            {t('explore.ageTo')}
            <Age label={t('explore.ageTo')} value={filter.ageTo} change={(value) => set('ageTo', value)} />
          </span>
        </Field>
        <Period filter={filter} set={set} />
        {choice(
          'district',
          t('explore.district'),
          choices.districts.map((value) => ({ value, label: nameOf(value) })),
        )}
        {choice(
          'organization',
          t('explore.organization'),
          choices.organizations.map((value) => ({ value, label: organizationName(value) })),
        )}
        {choice(
          'outliers',
          t('explore.outliers'),
          OUTLIERS.map((value) => ({ value, label: t(`explore.outlierRules.${value}`) })),
        )}
        <Checkbox
          checked={filter.first === 'true'}
          onChange={(event) => set('first', event.target.checked ? 'true' : '')}
        >
          {t('explore.first')}
        </Checkbox>
      </div>
    </Panel>
  );
}

/** The first and the last day, both included. */
export function Period({ filter, set }: { filter: Filter; set: (name: FilterName, value: string) => void }) {
  const { t } = useTranslation('laboratory');
  return (
    <Field label={t('explore.period')}>
      <span className="row nowrap">
        <Day label={t('explore.since')} value={filter.since} change={(value) => set('since', value)} />–
        <Day label={t('explore.until')} value={filter.until} change={(value) => set('until', value)} />
      </span>
    </Field>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="explore-field">
      <span className="quiet">{label}</span>
      {children}
    </div>
  );
}

export function Choice({
  label,
  value,
  options,
  change,
}: {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  change: (value: string) => void;
}) {
  return (
    <Field label={label}>
      <Select
        aria-label={label}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder="–"
        value={value}
        options={options}
        onChange={(next?: string) => change(next ?? '')}
        style={{ width: '100%' }}
      />
    </Field>
  );
}

interface TypedProps {
  label: string;
  value: string | undefined;
  change: (value: string) => void;
}

function Age(props: TypedProps) {
  return <Typed {...props} type="number" min={0} max={150} style={{ width: 72 }} />;
}

function Day(props: TypedProps) {
  return <Typed {...props} type="date" style={{ width: 140 }} />;
}

/** Told when the field is left or Enter is pressed: half a number asks nothing. */
function Typed({ label, value = '', change, ...rest }: TypedProps & Omit<InputProps, 'onChange' | 'value'>) {
  return (
    <Input
      key={value}
      aria-label={label}
      defaultValue={value}
      onBlur={(event) => change(event.target.value)}
      onPressEnter={(event) => change(event.currentTarget.value)}
      {...rest}
    />
  );
}
