import { CheckCircleOutlined, ClockCircleOutlined, CloseCircleOutlined } from '@ant-design/icons';
import { Typography } from 'antd';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Constraint, durationMs, OdrlError, type Policy, parsePolicy, type Rule } from '#standards/odrl';
import { Empty } from '../ui/index.ts';
import './policy.css';

const DAY_MS = 86_400_000;
const SIGNS = { permission: CheckCircleOutlined, prohibition: CloseCircleOutlined, duty: ClockCircleOutlined } as const;

/** A policy of ODRL read out: what may, may not and must be done. */
export function PolicyInWords({ policy }: { policy: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation('exchange');
  const read = readOrNothing(policy);
  if (read === undefined) return <Empty title={t('policy.unreadable')} />;
  if (read.rules.length === 0) return <Empty title={t('policy.nothing')} />;
  return (
    <ul className="policy-rules">
      {read.rules.map((rule) => (
        <RuleInWords key={rule.uid} rule={rule} />
      ))}
    </ul>
  );
}

function readOrNothing(policy: Readonly<Record<string, unknown>>): Policy | undefined {
  try {
    return parsePolicy(policy);
  } catch (error) {
    if (error instanceof OdrlError) return undefined;
    throw error;
  }
}

function RuleInWords({ rule }: { rule: Rule }) {
  const { t, i18n } = useTranslation('exchange');
  const Sign = SIGNS[rule.kind];
  const { constraints, duties, remedies, consequences } = rule;
  const next = [...remedies, ...consequences];
  return (
    <li className={`policy-rule policy-${rule.kind}`}>
      <Sign aria-hidden className="policy-sign" />
      <div>
        <Typography.Text strong>{t(`policy.${rule.kind}`)}</Typography.Text> {actionsInWords(rule, t)}
        {constraints.length > 0 && (
          <ul>
            {constraints.map((constraint) => (
              <li key={constraint.uid}>{constraintInWords(constraint, t, i18n.language)}</li>
            ))}
          </ul>
        )}
        {duties.length > 0 && <Further title={t('policy.owed')} rules={duties} />}
        {next.length > 0 && <Further title={t('policy.otherwise')} rules={next} />}
      </div>
    </li>
  );
}

function Further({ title, rules }: { title: string; rules: readonly Rule[] }) {
  return (
    <div className="policy-further">
      <Typography.Text type="secondary">{title}</Typography.Text>
      <ul className="policy-rules">
        {rules.map((rule) => (
          <RuleInWords key={rule.uid} rule={rule} />
        ))}
      </ul>
    </div>
  );
}

function actionsInWords({ actions }: Rule, t: TFunction<'exchange'>): string {
  if (actions.length === 0) return t('policy.anything');
  return actions.map(({ id }) => t(`policy.actions.${localName(id)}`, { defaultValue: id })).join(t('policy.or'));
}

function constraintInWords(constraint: Constraint, t: TFunction<'exchange'>, language: string): ReactNode {
  if ('logic' in constraint) {
    const title = t(
      constraint.logic === 'or' ? 'policy.any' : constraint.logic === 'xone' ? 'policy.one' : 'policy.all',
    );
    return (
      <>
        {title}
        <ul>
          {constraint.operands.map((operand) => (
            <li key={operand.uid}>{constraintInWords(operand, t, language)}</li>
          ))}
        </ul>
      </>
    );
  }
  const { left, operator, right, unit } = constraint;
  const values = right.map(({ text }) => valueInWords(left, text, t, language)).join(t('policy.or'));
  const told = unit === undefined ? values : `${values} ${unit}`;
  return t(`policy.atoms.${localName(left)}.${operator}`, {
    right: told,
    defaultValue: t('policy.general', { left, operator: t(`policy.operators.${operator}`), right: told }),
  });
}

function valueInWords(left: string, text: string, t: TFunction<'exchange'>, language: string): string {
  if (left === 'purpose') return t(`policy.purposes.${localName(text)}`, { defaultValue: text });
  const ms = durationMs(text);
  if (ms !== undefined && ms % DAY_MS === 0) return t('policy.days', { count: ms / DAY_MS });
  const instant = left === 'dateTime' ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) return text;
  return new Date(instant).toLocaleDateString(language, { dateStyle: 'long', timeZone: 'Asia/Shanghai' });
}

/** Of an IRI, what it says last; it may hold no sign that divides keys of the catalogue. */
function localName(text: string): string {
  return (/[^#/:.]*$/.exec(text) ?? [text])[0];
}
