import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CHAIN_LINKS,
  KINDS,
  PREDICATES,
  PROPERTIES,
  type Statement,
  type Thing,
  type ThingKind,
  type Value,
} from '../../src/modules/cluster/model.ts';
import { language, useGo } from '../shell/index.ts';
import { useRested } from '../ui/index.ts';
import { kindOf, nameOf, predicateName, propertyName, useClaims, useRecordAct, useThings } from './record-ask.ts';

const FEN = 100;

interface Closing {
  close: () => void;
}

/** A new thing. */
export function ThingForm({ close }: Closing) {
  const { t } = useTranslation('cluster');
  const isKeeper = useClaims().data?.mayDecide === true;
  const go = useGo();
  const act = useRecordAct(close);
  const [form] = Form.useForm<{ kind: ThingKind; name: string; nameZh?: string }>();
  const kinds = (Object.keys(KINDS) as ThingKind[]).filter((kind) => isKeeper || KINDS[kind].enteredBy === 'anybody');
  return (
    <Dialog title={t('record.enter')} close={close} send={() => form.submit()} busy={act.isPending}>
      <Form
        form={form}
        layout="vertical"
        onFinish={(thing) =>
          act.mutate(
            { path: '/things', body: thing },
            { onSuccess: (made) => go(`/cluster/things/${(made as { id: string }).id}`) },
          )
        }
      >
        <Form.Item name="kind" label={t('record.kind')} rules={[{ required: true }]}>
          <Select options={kinds.map((kind) => ({ value: kind, label: kindOf(kind) }))} />
        </Form.Item>
        <Form.Item name="name" label={t('record.name')} rules={[{ required: true, max: 400 }]}>
          <Input />
        </Form.Item>
        <Form.Item name="nameZh" label={t('record.nameZh')} rules={[{ max: 400 }]}>
          <Input />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

interface StatementWords {
  property: string;
  value: string | number;
  op?: string;
  asOf?: string;
  note?: string;
  reason?: string;
}

/** One property: stated anew, or `was` corrected with a reason. */
export function StatementForm({ thing, was, close }: Closing & { thing: Thing; was?: Statement }) {
  const { t } = useTranslation('cluster');
  const act = useRecordAct(close);
  const [form] = Form.useForm<StatementWords>();
  const property = Form.useWatch('property', form) ?? was?.property;
  const type = property === undefined ? undefined : PROPERTIES[property]?.type;
  const isMoney = type === 'money' || was?.unit === 'fen';
  const isNumber = isMoney || type === 'integer' || type === 'decimal';
  const own = Object.entries(PROPERTIES).filter(([, { kinds }]) => kinds === undefined || kinds.includes(thing.kind));
  const send = ({ property: name, value, op, asOf, note, reason }: StatementWords) => {
    const rest = {
      value: readValue(type, isMoney, value),
      ...(op !== undefined && op !== '' && { op }),
      ...(asOf !== undefined && asOf !== '' && { asOf }),
      ...(note !== undefined && note !== '' && { note }),
    };
    if (was === undefined) act.mutate({ path: `/things/${thing.id}/statements`, body: { property: name, ...rest } });
    else act.mutate({ path: `/statements/${was.id}/correct`, body: { ...rest, reason } });
  };
  return (
    <Dialog
      title={t(was === undefined ? 'record.state' : 'record.correct')}
      close={close}
      send={() => form.submit()}
      busy={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={
          was === undefined
            ? {}
            : { property: was.property, value: shown(was, isMoney), op: was.op ?? '', asOf: was.asOf ?? '' }
        }
        onFinish={send}
      >
        <Form.Item name="property" label={t('record.property')} rules={[{ required: true }]}>
          <Select
            disabled={was !== undefined}
            showSearch={{ optionFilterProp: 'label' }}
            options={own.map(([name]) => ({ value: name, label: propertyName(name) }))}
          />
        </Form.Item>
        <Form.Item
          name="value"
          label={t(isMoney ? 'record.valueYuan' : 'record.value')}
          {...(type === 'list' && { help: t('record.valueList') })}
          rules={[{ required: true }]}
        >
          {isNumber ? (
            <InputNumber style={{ width: '100%' }} />
          ) : type === 'flag' ? (
            <Select
              options={[
                { value: 'true', label: t('record.yes') },
                { value: 'false', label: t('record.no') },
              ]}
            />
          ) : type === 'code' ? (
            <Select
              options={(PROPERTIES[property ?? '']?.codes ?? []).map((code) => ({
                value: code,
                label: CHAIN_LINKS.get(code)?.[language()] ?? code,
              }))}
            />
          ) : (
            <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} maxLength={4000} />
          )}
        </Form.Item>
        {isNumber && (
          <Form.Item name="op" label={t('record.exactness')}>
            <Select
              options={['', '>', '<', '~'].map((op) => ({
                value: op,
                label: t(`record.exact.${{ '': 'is', '>': 'more', '<': 'less', '~': 'about' }[op]}`),
              }))}
            />
          </Form.Item>
        )}
        <Form.Item
          name="asOf"
          label={t('record.asOf')}
          extra={t('record.asOfHelp')}
          rules={[{ pattern: /^\d{4}(-\d{2}(-\d{2})?)?$/, message: t('record.asOfHelp') }]}
        >
          <Input />
        </Form.Item>
        <Form.Item name="note" label={t('record.note')}>
          <Input maxLength={1000} />
        </Form.Item>
        {was !== undefined && (
          <Form.Item name="reason" label={t('record.why')} rules={[{ required: true, max: 1000 }]}>
            <Input.TextArea rows={2} />
          </Form.Item>
        )}
      </Form>
    </Dialog>
  );
}

function shown({ value }: Statement, isMoney: boolean): string | number {
  if (typeof value === 'number') return isMoney ? value / FEN : value;
  return Array.isArray(value) ? value.join('\n') : String(value);
}

function readValue(type: string | undefined, isMoney: boolean, value: string | number): Value {
  if (isMoney) return Math.round(Number(value) * FEN);
  if (type === 'flag') return String(value) === 'true';
  return type === 'list'
    ? String(value)
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    : value;
}

/** A relation from this thing to another. */
export function RelationForm({ thing, close }: Closing & { thing: Thing }) {
  const { t } = useTranslation('cluster');
  const act = useRecordAct(close);
  const [form] = Form.useForm<{ predicate: string; object: string; asOf?: string }>();
  const predicate = Form.useWatch('predicate', form);
  const own = Object.entries(PREDICATES).filter(
    ([, { subjects }]) => subjects === undefined || subjects.includes(thing.kind),
  );
  const objects = predicate === undefined ? undefined : PREDICATES[predicate]?.objects;
  return (
    <Dialog title={t('record.relate')} close={close} send={() => form.submit()} busy={act.isPending}>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ asOf, ...rest }) =>
          act.mutate({
            path: `/things/${thing.id}/relations`,
            body: { ...rest, ...(asOf !== undefined && asOf !== '' && { asOf }) },
          })
        }
      >
        <Form.Item name="predicate" label={t('record.predicate')} rules={[{ required: true }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={own.map(([name]) => ({ value: name, label: predicateName(name, 'out') }))}
          />
        </Form.Item>
        <Form.Item name="object" label={t('record.other')} rules={[{ required: true }]}>
          <ThingChoice kinds={objects} />
        </Form.Item>
        <Form.Item
          name="asOf"
          label={t('record.asOf')}
          extra={t('record.asOfHelp')}
          rules={[{ pattern: /^\d{4}(-\d{2}(-\d{2})?)?$/, message: t('record.asOfHelp') }]}
        >
          <Input />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

const REST_MS = 250;

/** One thing, found by typing part of its name. */
export function ThingChoice(props: {
  kinds?: readonly ThingKind[] | undefined;
  value?: string;
  onChange?: (id: string) => void;
  label?: string;
  id?: string;
}) {
  const { t } = useTranslation('cluster');
  const [typed, setTyped] = useState('');
  const text = useRested(typed, REST_MS);
  const found = useThings({ text, kind: props.kinds?.join(','), examples: 'yes', limit: 30 });
  const chosen = useThings(
    { text: props.value, examples: 'yes', limit: 10 },
    props.value !== undefined && props.value !== '',
  );
  const things = new Map(
    [...(chosen.data?.things ?? []).filter(({ id }) => id === props.value), ...(found.data?.things ?? [])].map(
      (thing) => [thing.id, thing],
    ),
  );
  return (
    <Select
      {...(props.id !== undefined && { id: props.id })}
      aria-label={props.label ?? t('record.other')}
      placeholder={t('record.find')}
      showSearch={{ searchValue: typed, onSearch: setTyped, filterOption: false }}
      {...(props.value !== undefined && props.value !== '' && { value: props.value })}
      onChange={(id: string) => {
        setTyped('');
        props.onChange?.(id);
      }}
      style={{ minWidth: 240, maxWidth: '100%' }}
      notFoundContent={t('record.noneFound')}
      options={[...things.values()].map((thing) => ({
        value: thing.id,
        label: `${nameOf(thing)} (${kindOf(thing.kind)})`,
      }))}
    />
  );
}

/** Asks to speak for the thing. */
export function ClaimForm({ thing, close }: Closing & { thing: Thing }) {
  const { t } = useTranslation('cluster');
  const act = useRecordAct(close);
  const [form] = Form.useForm<{ words: string }>();
  return (
    <Dialog title={t('record.claim')} close={close} send={() => form.submit()} busy={act.isPending}>
      <p>{t('record.claimAbout', { name: nameOf(thing) })}</p>
      <Form form={form} layout="vertical" onFinish={(body) => act.mutate({ path: `/things/${thing.id}/claims`, body })}>
        <Form.Item name="words" label={t('record.claimWords')} rules={[{ required: true, max: 1000 }]}>
          <Input.TextArea rows={3} />
        </Form.Item>
      </Form>
    </Dialog>
  );
}

function Dialog(props: Closing & { title: string; send: () => void; busy: boolean; children: React.ReactNode }) {
  const { t } = useTranslation('cluster');
  return (
    <Modal
      open
      title={props.title}
      onCancel={props.close}
      onOk={props.send}
      okText={t('record.send')}
      cancelText={t('record.cancel')}
      confirmLoading={props.busy}
    >
      {props.children}
    </Modal>
  );
}
