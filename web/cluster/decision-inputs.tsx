import { Input, Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Field } from '../../src/modules/cluster/model.ts';

/** What is typed, as text; contexts by their members. */
export type Given = { [name: string]: string | Given };

export function startOf(fields: readonly Field[]): Given {
  return Object.fromEntries(fields.map(({ name, fields: inner }) => [name, inner === undefined ? '' : startOf(inner)]));
}

/** As the model reads it; what is empty is not told. */
export function toInputs(fields: readonly Field[], given: Given): Record<string, unknown> {
  const told = fields.flatMap(({ name, type, fields: inner }): [string, unknown][] => {
    const value = given[name];
    if (value === undefined || value === '') return [];
    if (typeof value !== 'string') {
      const parts = toInputs(inner ?? [], value);
      return Object.keys(parts).length === 0 ? [] : [[name, parts]];
    }
    return [[name, typedValue(type, value)]];
  });
  return Object.fromEntries(told);
}

const TEXTUAL = ['string', 'date', 'time', 'date and time', 'days and time duration', 'years and months duration'];

/** Where the model does not say what it wants, JSON is read as JSON, all else as text. */
function typedValue(type: string, text: string): unknown {
  if (TEXTUAL.includes(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Props {
  fields: readonly Field[];
  given: Given;
  change: (given: Given) => void;
}

export function Inputs({ fields, given, change }: Props) {
  return (
    <div className="decision-inputs">
      {fields.map((field) => (
        <One
          key={field.name}
          field={field}
          value={given[field.name] ?? ''}
          change={(value) => change({ ...given, [field.name]: value })}
        />
      ))}
    </div>
  );
}

function One({
  field,
  value,
  change,
}: {
  field: Field;
  value: string | Given;
  change: (value: string | Given) => void;
}) {
  const { t } = useTranslation('cluster');
  const id = useId();
  const { name, type, options, fields } = field;
  if (fields !== undefined && typeof value !== 'string') {
    return (
      <fieldset>
        <legend>{name}</legend>
        <Inputs fields={fields} given={value} change={change} />
      </fieldset>
    );
  }
  const choices = type === 'boolean' ? ['true', 'false'] : options;
  return (
    <div>
      <label htmlFor={id}>{name}</label>
      {choices === undefined ? (
        <Input
          id={id}
          value={String(value)}
          {...(type === 'number' && { inputMode: 'decimal' as const })}
          {...(type === 'date' && { type: 'date' })}
          placeholder={HINTS[type] ?? ''}
          onChange={({ target }) => change(target.value)}
        />
      ) : (
        <Select
          id={id}
          value={String(value)}
          onChange={(chosen: string) => change(chosen)}
          options={[
            { value: '', label: t('decisions.notTold') },
            ...choices.map((choice) => ({
              value: choice,
              label: type === 'boolean' ? t(choice === 'true' ? 'decisions.yes' : 'decisions.no') : choice,
            })),
          ]}
        />
      )}
    </div>
  );
}

const HINTS: Readonly<Record<string, string>> = {
  time: '10:30:00',
  'date and time': '2026-07-01T10:30:00+08:00',
  'days and time duration': 'P30D',
  'years and months duration': 'P1Y6M',
  list: '[ ]',
};
