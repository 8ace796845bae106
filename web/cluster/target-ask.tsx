import { useQuery } from '@tanstack/react-query';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Op, TargetLine, TargetPage, TargetState } from '../../src/modules/cluster/model.ts';
import { api, language } from '../shell/index.ts';
import { StatusTag, type Tone } from '../ui/index.ts';
import { useMoney } from './fund-ask.tsx';

export function useTargets(examples: boolean) {
  return useQuery({
    queryKey: ['cluster', 'targets', examples],
    queryFn: ({ signal }) =>
      api.get<{ targets: TargetLine[]; mayWrite: boolean }>('/api/cluster/targets', {
        query: { examples: examples ? 'yes' : 'no' },
        signal,
      }),
  });
}

export function useTarget(id: string) {
  return useQuery({
    queryKey: ['cluster', 'target', id],
    queryFn: ({ signal }) => api.get<TargetPage>(`/api/cluster/targets/${id}`, { signal }),
  });
}

/** A number in the target's unit. */
export function useAmount(): (value: number, unit: string, op?: Op | null) => string {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  return (value, unit, op = null) => {
    const told =
      unit === 'fen'
        ? money(value)
        : unit === '1' || unit === 'ratio'
          ? value.toLocaleString(language(), { style: 'percent', maximumFractionDigits: 2 })
          : value.toLocaleString(language(), { maximumFractionDigits: 1 });
    return op === '>' ? t('targets.over', { value: told }) : op === '~' ? t('targets.about1', { value: told }) : told;
  };
}

const TONES: Record<TargetState, Tone> = {
  reached: 'good',
  'on-track': 'good',
  behind: 'warning',
  missed: 'danger',
  'over-unknown': 'warning',
  unknown: 'neutral',
};

export function StateTag({ target }: { target: Pick<TargetLine, 'state' | 'openAsk'> }) {
  const { t } = useTranslation('cluster');
  return (
    <span className="row">
      <StatusTag tone={TONES[target.state]}>{t(`targets.states.${target.state}`)}</StatusTag>
      {target.openAsk !== null && <span className="quiet">{t('targets.asked', { due: target.openAsk.due })}</span>}
    </span>
  );
}

/** Marks what the plan does not say of a single target. */
export function Inferred({ basis }: { basis: string | null }) {
  const { t } = useTranslation('cluster');
  return (
    <Tooltip title={basis}>
      <StatusTag>{t('targets.inferred')}</StatusTag>
    </Tooltip>
  );
}
