import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/index.ts';
import { PolicyInWords } from './policy-in-words.tsx';
import {
  CONDITIONS,
  DRAFT_ACTIONS,
  DRAFT_DUTIES,
  DRAFT_PURPOSES,
  type DraftConditions,
  type DraftRule,
  policyOf,
  type TermsDraft,
} from './terms-draft.ts';
import './policy.css';

interface EditorProps {
  draft: TermsDraft;
  change(draft: TermsDraft): void;
}

/** Terms as a form, in words: what may and may not be done, under which conditions, and what is owed. Below, what it comes to. */
export function TermsEditor({ draft, change }: EditorProps) {
  const { t } = useTranslation('exchange');
  const keep = (side: 'may' | 'mayNot') => (rules: DraftRule[]) => change({ ...draft, [side]: rules });
  return (
    <div className="stack">
      <Panel title={t('terms.may')}>
        <Rules rules={draft.may} change={keep('may')} withDuties />
      </Panel>
      <Panel title={t('terms.mayNot')}>
        <Rules rules={draft.mayNot} change={keep('mayNot')} />
      </Panel>
      <Panel title={t('terms.reads')}>
        {draft.kept.length > 0 && <p className="quiet">{t('terms.kept', { count: draft.kept.length })}</p>}
        <PolicyInWords policy={policyOf(draft)} />
      </Panel>
    </div>
  );
}

function Rules(props: { rules: readonly DraftRule[]; change(rules: DraftRule[]): void; withDuties?: boolean }) {
  const { rules, change, withDuties = false } = props;
  const { t } = useTranslation('exchange');
  const replace = (at: number, rule: DraftRule) => change(rules.map((one, place) => (place === at ? rule : one)));
  const add = () =>
    change([
      ...rules,
      { key: crypto.randomUUID(), action: withDuties ? 'use' : 'distribute', conditions: {}, duties: [] },
    ]);
  return (
    <div className="stack">
      {rules.map((rule, at) => (
        <fieldset key={rule.key} className="terms-rule">
          <legend>{t('terms.rule', { at: at + 1 })}</legend>
          <RuleFields rule={rule} change={(changed) => replace(at, changed)} withDuties={withDuties} />
          <Button
            icon={<DeleteOutlined />}
            onClick={() => change(rules.filter((_, place) => place !== at))}
            aria-label={t('terms.removeRule', { at: at + 1 })}
          >
            {t('terms.remove')}
          </Button>
        </fieldset>
      ))}
      <div>
        <Button icon={<PlusOutlined />} onClick={add}>
          {t('terms.add')}
        </Button>
      </div>
    </div>
  );
}

function RuleFields({
  rule,
  change,
  withDuties,
}: {
  rule: DraftRule;
  change(rule: DraftRule): void;
  withDuties: boolean;
}) {
  const { t } = useTranslation('exchange');
  const { action, conditions, duties } = rule;
  const actions = [...new Set([...DRAFT_ACTIONS, action])];
  const withCondition = (changed: DraftConditions) => {
    const merged = { ...conditions, ...changed };
    change({ ...rule, conditions: Object.fromEntries(Object.entries(merged).filter(([, value]) => isSaid(value))) });
  };
  return (
    <div className="terms-fields">
      <Field label={t('terms.action')}>
        {(id) => (
          <Select
            id={id}
            value={action}
            popupMatchSelectWidth={false}
            onChange={(chosen) => change({ ...rule, action: chosen })}
            options={actions.map((value) => ({
              value,
              label: t(`policy.actions.${lastOf(value)}`, { defaultValue: value }),
            }))}
          />
        )}
      </Field>
      {CONDITIONS.filter((name) => withDuties || PROHIBITING.has(name) || name in conditions).map((name) => (
        <Condition key={name} name={name} conditions={conditions} change={withCondition} />
      ))}
      {withDuties && (
        <Field label={t('terms.duties')}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              value={duties}
              onChange={(chosen: string[]) => change({ ...rule, duties: chosen })}
              options={DRAFT_DUTIES.map((value) => ({
                value,
                label: value === 'delete-after' ? t('terms.deleteAfter') : t(`policy.actions.${value}`),
                disabled: value === 'delete-after' && conditions.days === undefined,
              }))}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** What narrows a prohibition, mostly; others are shown where they are said. */
const PROHIBITING: ReadonlySet<string> = new Set(['purpose', 'recipient', 'spatial']);

interface ConditionProps {
  name: (typeof CONDITIONS)[number];
  conditions: DraftConditions;
  change(changed: { [Key in keyof DraftConditions]: DraftConditions[Key] | undefined }): void;
}

function Condition({ name, conditions, change: changeLoose }: ConditionProps) {
  const { t } = useTranslation('exchange');
  const change = changeLoose as (changed: Record<string, unknown>) => void;
  return (
    <Field label={t(`terms.conditions.${name}`)}>
      {(id) => {
        if (name === 'purpose')
          return (
            <Select
              id={id}
              mode="multiple"
              value={conditions.purpose ?? []}
              placeholder={t('policy.purposes.any')}
              onChange={(chosen: string[]) => change({ purpose: chosen })}
              options={DRAFT_PURPOSES.map((value) => ({ value, label: t(`policy.purposes.${value}`) }))}
            />
          );
        if (name === 'days' || name === 'count')
          return (
            <InputNumber
              id={id}
              min={1}
              precision={0}
              style={{ width: '100%' }}
              value={conditions[name] ?? null}
              onChange={(value) => change({ [name]: value ?? undefined })}
            />
          );
        return (
          <Input
            id={id}
            type={name === 'until' ? 'date' : 'text'}
            maxLength={200}
            value={conditions[name] ?? ''}
            onChange={(event) => change({ [name]: event.target.value || undefined })}
          />
        );
      }}
    </Field>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="terms-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

function isSaid(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function lastOf(text: string): string {
  return (/[^#/:.]*$/.exec(text) ?? [text])[0];
}
