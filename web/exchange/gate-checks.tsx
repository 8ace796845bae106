import { useTranslation } from 'react-i18next';
import type { GateCheck } from '../../src/modules/exchange/model.ts';
import { StatusTag } from '../ui/index.ts';
import { CHECK_TONES, useMeasure } from './gate-ask.ts';
import { said } from './offering-ask.ts';
import './gate.css';

/** What the gate looked at, what it found and what can be done. */
export function GateChecks({ checks }: { checks: readonly GateCheck[] }) {
  return (
    <ul className="gate-checks">
      {checks.map((check) => (
        <Check key={check.key} check={check} />
      ))}
    </ul>
  );
}

function Check({ check }: { check: GateCheck }) {
  const { t } = useTranslation('exchange');
  const measure = useMeasure();
  const { verdict, what, mend, method, source, numbers, where } = check;
  return (
    <li>
      <div>
        <StatusTag tone={CHECK_TONES[verdict]}>{t(`gate.checkVerdicts.${verdict}`)}</StatusTag>
      </div>
      <div>
        <strong>{said(what)}</strong>
        {numbers.length > 0 && (
          <div>
            {numbers
              .map(({ name, value, limit }) => {
                const told = `${t(`gate.numbers.${name}`)} ${measure(name, value)}`;
                return limit === undefined ? told : `${told} (${t('gate.limit', { limit: measure(name, limit) })})`;
              })
              .join(' · ')}
          </div>
        )}
        {where.length > 0 && <div>{t('gate.where', { where: where.join(', ') })}</div>}
        {verdict === 'failed' && <div>{t('gate.mend', { mend: said(mend) })}</div>}
        <div className="gate-source">{t('gate.source', { method: said(method), source })}</div>
      </div>
    </li>
  );
}
