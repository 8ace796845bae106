import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DefinitionState } from '../../src/modules/signals/model.ts';
import { Go, useGo, useSession } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, StatusTag } from '../ui/index.ts';
import { named, useDefinitions, useRuleName, useVersionName } from './watch-ask.ts';

/** What counts as a case of which disease, and by which rules it is watched. */
export default function Definitions() {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const go = useGo();
  const ruleName = useRuleName();
  const versionName = useVersionName();
  const query = useDefinitions();
  return (
    <Page
      title={t('definitions.title')}
      about={t('definitions.about')}
      trail={<Go to="/signals/outbreaks">{t('outbreaks.title')}</Go>}
      actions={
        may('signals.definition.write') && (
          <Button icon={<PlusOutlined />} onClick={() => go('/signals/definitions/new')}>
            {t('definitions.new')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <DataTable<DefinitionState>
          name="definitions"
          label={t('definitions.title')}
          rowKey={({ definition }) => definition.id}
          source={{ rows: query.data.definitions }}
          searchable
          columns={[
            {
              key: 'disease',
              title: t('outbreaks.disease'),
              value: ({ definition }) => named(definition.name),
              render: ({ definition }) => (
                <Go to={`/signals/definitions/${definition.id}`}>{named(definition.name)}</Go>
              ),
              sortable: true,
              phoneTitle: true,
            },
            { key: 'icd', title: t('disease.icd'), value: ({ definition }) => definition.icd10, sortable: true },
            {
              key: 'class',
              title: t('outbreaks.class'),
              value: ({ definition: { lawClass } }) => t(`outbreaks.classes.${lawClass ?? 'none'}`),
            },
            {
              key: 'codes',
              title: t('disease.codes'),
              value: ({ definition }) => definition.findings.flatMap(({ codes }) => codes).join(', '),
            },
            {
              key: 'rules',
              title: t('disease.judgedBy'),
              value: ({ definition }) => definition.rules.map(ruleName).join('; '),
            },
            {
              key: 'version',
              title: t('definitions.version'),
              value: ({ version }) => version,
              render: ({ version, retired }) =>
                retired ? <StatusTag tone="neutral">{t('definitions.retired')}</StatusTag> : versionName(version),
            },
          ]}
        />
      )}
    </Page>
  );
}
