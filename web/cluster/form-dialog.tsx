import { Input, InputNumber, Modal, Select, Switch } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDraft } from '../shell/index.ts';

/** One thing to fill in. `wan` and `yuan` are typed in that unit and sent in integer fen; `share` is typed in percent. */
export interface FieldSpec {
  name: string;
  label: string;
  kind?: 'text' | 'long' | 'number' | 'wan' | 'yuan' | 'share' | 'date' | 'choice' | 'choices' | 'flag';
  options?: readonly { value: string; label: string }[];
  needed?: boolean;
  least?: number;
  note?: string;
}
export type Filled = Record<string, unknown>;

const SCALES: Readonly<Record<string, number>> = { wan: 1_000_000, yuan: 100, share: 0.01, number: 1 };

interface DialogProps {
  title: string;
  about?: string;
  act: string;
  fields: readonly FieldSpec[];
  /** As it is sent: amounts in fen. */
  initial?: Filled;
  busy: boolean;
  send: (filled: Filled) => void;
  close: () => void;
}

/** Asks for a few things at once. What is empty is sent as null. */
export function FormDialog({ title, about, act, fields, initial = {}, busy, send, close }: DialogProps) {
  const { t } = useTranslation('ui');
  const { found, keep } = useDraft<Filled>(title);
  const [typed, setTyped] = useState<Filled>(found);
  const filled = { ...initial, ...typed };
  const isReady = fields.every(({ name, needed }) => needed !== true || !isEmpty(filled[name]));
  return (
    <Modal
      open
      title={title}
      okText={act}
      cancelText={t('cancel')}
      okButtonProps={{ disabled: !isReady, loading: busy }}
      onOk={() =>
        send(Object.fromEntries(fields.map(({ name }) => [name, isEmpty(filled[name]) ? null : filled[name]])))
      }
      onCancel={close}
    >
      {about !== undefined && <p className="quiet">{about}</p>}
      <div className="form-fields">
        {fields.map((field) => (
          <OneField
            key={field.name}
            field={field}
            value={filled[field.name]}
            put={(value) => {
              const next = { ...typed, [field.name]: value };
              setTyped(next);
              keep(next);
            }}
          />
        ))}
      </div>
    </Modal>
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

export function OneField({ field, value, put }: { field: FieldSpec; value: unknown; put: (value: unknown) => void }) {
  const id = useId();
  const { label, kind = 'text', note, needed } = field;
  return (
    <div className={kind === 'long' || kind === 'choices' ? 'form-field form-wide' : 'form-field'}>
      <label htmlFor={id}>
        {label}
        {needed === true && <span aria-hidden="true"> *</span>}
      </label>
      <Control id={id} field={field} value={value} put={put} />
      {note !== undefined && <span className="quiet">{note}</span>}
    </div>
  );
}

function Control({
  id,
  field: { kind = 'text', options = [], needed = false, least = 0 },
  value,
  put,
}: {
  id: string;
  field: FieldSpec;
  value: unknown;
  put: (value: unknown) => void;
}) {
  const text = typeof value === 'string' ? value : '';
  switch (kind) {
    case 'long':
      return (
        <Input.TextArea id={id} rows={3} maxLength={4_000} value={text} onChange={({ target }) => put(target.value)} />
      );
    case 'text':
    case 'date':
      return <Input id={id} type={kind} maxLength={300} value={text} onChange={({ target }) => put(target.value)} />;
    case 'choice':
    case 'choices':
      return (
        <Select
          id={id}
          {...(kind === 'choices' && { mode: 'multiple' as const })}
          showSearch={{ optionFilterProp: 'label' }}
          allowClear={!needed}
          value={value ?? null}
          onChange={(chosen) => put(chosen ?? null)}
          options={[...options]}
        />
      );
    case 'flag':
      return <Switch id={id} checked={value === true} onChange={put} className="form-flag" />;
    default: {
      const scale = SCALES[kind] ?? 1;
      return (
        <InputNumber
          id={id}
          min={least}
          style={{ width: '100%' }}
          value={typeof value === 'number' ? Number((value / scale).toFixed(6)) : null}
          onChange={(typed) => put(typed === null ? null : inUnit(typed, scale))}
        />
      );
    }
  }
}

/** Fen are whole. */
function inUnit(typed: number, scale: number): number {
  return scale > 1 ? Math.round(typed * scale) : typed * scale;
}

export function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  const id = useId();
  return (
    <span className="row">
      <Switch id={id} size="small" checked={on} onChange={set} />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
