import { InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';

/** A named field; the name is the field's for who does not see it, too. */
export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="watch-field">
      {label}
      {children}
    </label>
  );
}

export function Amount(props: { label: string; value: number | null; change: (value: number | null) => void }) {
  return (
    <Field label={props.label}>
      <InputNumber value={props.value} onChange={props.change} style={{ width: '100%' }} />
    </Field>
  );
}

/** Codes one after another; each ends with Enter or a comma. */
export function Codes(props: { label: string; values: readonly string[]; change: (values: string[]) => void }) {
  return (
    <div className="watch-field">
      {props.label}
      <Select
        mode="tags"
        aria-label={props.label}
        value={[...props.values]}
        onChange={props.change}
        tokenSeparators={[',', ' ', '，']}
        open={false}
        suffixIcon={null}
      />
    </div>
  );
}
