import { useTranslation } from 'react-i18next';
import { api, useOrganizationNames } from '../shell/index.ts';
import { type Column, DataTable, StatusTag, Time } from '../ui/index.ts';

export interface Look {
  id: string;
  at: string;
  actorName: string;
  roles: readonly string[];
  organization: string | null;
  purpose: string;
  act: string;
  outcome: 'success' | 'denied' | 'failure';
  breakGlass: string | null;
}

/** Who looked at this record or changed it, from where, and what for. */
export function WhoLooked({ id }: { id: string }) {
  const { t } = useTranslation('records');
  const whoOf = useWhoOf();
  const columns: Column<Look>[] = [
    {
      key: 'actor',
      title: t('person.actor'),
      value: whoOf,
      render: (row) => (
        <>
          {whoOf(row)}
          {!row.roles.includes('system') && (
            <span className="quiet">
              {' '}
              {row.roles.map((role) => t(`kernel:roles.${role}`, { defaultValue: role })).join(', ')}
            </span>
          )}
        </>
      ),
      phoneTitle: true,
    },
    {
      key: 'act',
      title: t('person.act'),
      value: (row) => t(`kernel:acts.${row.act}`, { defaultValue: row.act }),
      render: (row) => (
        <span className="row">
          {t(`kernel:acts.${row.act}`, { defaultValue: row.act })}
          {row.outcome !== 'success' && (
            <StatusTag tone="danger">{t(`kernel:audit.outcomes.${row.outcome}`)}</StatusTag>
          )}
          {row.breakGlass !== null && <StatusTag tone="warning">{row.breakGlass}</StatusTag>}
        </span>
      ),
    },
    {
      key: 'organization',
      title: t('person.organization'),
      value: (row) => row.organization,
      render: (row) => <OrganizationName id={row.organization} />,
    },
    {
      key: 'purpose',
      title: t('person.purpose'),
      value: (row) => t(`kernel:purposes.${row.purpose}`, { defaultValue: row.purpose }),
    },
    { key: 'at', title: t('person.at'), value: (row) => new Date(row.at), render: (row) => <Time at={row.at} /> },
  ];
  return (
    <DataTable
      name="who-looked"
      label={t('person.who')}
      columns={columns}
      rowKey={(row) => row.id}
      searchable={false}
      source={{
        queryKey: ['who', id],
        load: ({ after, limit }, signal) =>
          api.get<{ rows: Look[]; next?: string }>(`/api/records/people/${encodeURIComponent(id)}/looks`, {
            query: { after, limit: Math.min(limit, 200) },
            signal,
          }),
      }}
    />
  );
}

/** The name of who acted; the program has a word instead. */
export function useWhoOf(): (look: Pick<Look, 'actorName' | 'roles'>) => string {
  const { t } = useTranslation('kernel');
  return ({ actorName, roles }) => (roles.includes('system') ? t('roles.system') : actorName);
}

function OrganizationName({ id }: { id: string | null }) {
  return <>{useOrganizationNames([id])(id)}</>;
}
