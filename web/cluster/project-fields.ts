import { useTranslation } from 'react-i18next';
import { PROJECT_SECTORS } from '../../src/modules/cluster/model.ts';
import type { FieldSpec } from './form-dialog.tsx';

/** What is written of a project. */
export function useProjectFields(parks: readonly (readonly [string, string])[]): FieldSpec[] {
  const { t } = useTranslation('cluster');
  const figure = (name: string, kind: FieldSpec['kind'] = 'number'): FieldSpec => ({
    name,
    kind,
    label: kind === 'wan' ? `${t(`projects.figures.${name}`)} (${t('parks.wan')})` : t(`projects.figures.${name}`),
  });
  return [
    { name: 'name', label: t('projects.name'), needed: true },
    { name: 'nameZh', label: t('projects.nameZh') },
    {
      name: 'sector',
      label: t('projects.sector'),
      kind: 'choice',
      needed: true,
      options: PROJECT_SECTORS.map((value) => ({ value, label: t(`projects.sectors.${value}`) })),
    },
    {
      name: 'park',
      label: t('projects.park'),
      kind: 'choice',
      options: parks.map(([value, label]) => ({ value, label })),
    },
    ...[figure('investmentFen', 'wan'), figure('outputFen', 'wan'), figure('landM2'), figure('powerKw')],
    ...[figure('energyMwh'), figure('jobs')],
    {
      name: 'probability',
      label: `${t('projects.probability')} (%)`,
      kind: 'share',
      note: t('projects.probabilityNote'),
    },
    { name: 'nextStep', label: t('projects.next') },
    { name: 'nextOwner', label: t('projects.nextOwner') },
    { name: 'nextDue', label: t('projects.nextDue'), kind: 'date' },
  ];
}
