import { useTranslation } from 'react-i18next';
import type { GivenFigures } from '../../src/modules/cluster/model.ts';
import type { Column } from '../ui/index.ts';
import { useAmounts } from './parks-ask.ts';

/** What a tenant gives back of a quarter, for its own table and the park's. */
export function useFigureColumns(): readonly Column<GivenFigures>[] {
  const { t } = useTranslation('cluster');
  const { number, yuan } = useAmounts();
  return [
    {
      key: 'revenue',
      title: t('portal.revenue'),
      value: ({ revenueFen }) => revenueFen / 100,
      render: ({ revenueFen }) => yuan(revenueFen),
      end: true,
    },
    {
      key: 'jobs',
      title: t('portal.jobs'),
      value: ({ jobs }) => jobs,
      render: ({ jobs }) => number(jobs),
      end: true,
    },
    {
      key: 'rd',
      title: t('portal.rd'),
      value: ({ rdFen }) => rdFen / 100,
      render: ({ rdFen }) => yuan(rdFen),
      end: true,
    },
  ];
}
