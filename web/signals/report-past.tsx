import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Due, ReportPage, ReportVersion } from '../../src/modules/signals/model.ts';
import { api, useAddressValues } from '../shell/index.ts';
import { DataTable, Panel, StatusTag, Time, Timeline, useAsk, useNotice } from '../ui/index.ts';
import { pathOf, useDue, useForget } from './report-ask.ts';
import { ruleText } from './reports.tsx';
import { named } from './watch-ask.ts';

/** Versions, limits and all that was done. */
export function Past({ page, showLatest }: { page: ReportPage; showLatest: () => void }) {
  return (
    <div className="stack">
      <Versions page={page} showLatest={showLatest} />
      <Limits page={page} />
      <Events page={page} />
    </div>
  );
}

function Versions({ page, showLatest }: { page: ReportPage; showLatest: () => void }) {
  const { t } = useTranslation('signals');
  const { set } = useAddressValues();
  return (
    <div>
      <h2 className="report-title">{t('past.versions')}</h2>
      <DataTable<ReportVersion>
        name={`${page.line.caseNumber ?? page.line.id}-versions`}
        label={t('past.versions')}
        rowKey={({ version }) => String(version)}
        source={{ rows: page.versions }}
        searchable={false}
        emptyText={t('reports.draft')}
        columns={[
          {
            key: 'version',
            title: t('past.version'),
            value: ({ version }) => version,
            render: ({ version }) => (
              <Button
                type="link"
                size="small"
                style={{ padding: 0 }}
                onClick={() =>
                  version === page.line.version ? showLatest() : set({ version: String(version), part: '' })
                }
              >
                {t('report.version', { version })}
              </Button>
            ),
            phoneTitle: true,
          },
          { key: 'kind', title: t('past.kind'), value: ({ kind }) => t(`report.as.${kind}`) },
          { key: 'at', title: t('judge.at'), value: ({ at }) => new Date(at), render: ({ at }) => <Time at={at} /> },
          { key: 'by', title: t('judge.by'), value: ({ byName }) => byName },
          {
            key: 'issues',
            title: t('past.issues'),
            value: ({ issues }) => issues.map(({ message }) => named(message)).join('; '),
            render: ({ issues }) =>
              issues.length === 0 ? (
                ''
              ) : (
                <details>
                  <summary>{issues.length}</summary>
                  <ul className="issues">
                    {issues.map(({ message, path = '', code }) => (
                      <li key={`${path} ${code}`}>{named(message)}</li>
                    ))}
                  </ul>
                </details>
              ),
          },
        ]}
      />
    </div>
  );
}

function Limits({ page }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const ask = useAsk();
  const notice = useNotice();
  const forget = useForget();
  const rules = useDue().data?.rules ?? [];
  const settle = useMutation({
    mutationFn: ({ rule, version, note }: { rule: string; version: number; note: string }) =>
      api.post(`${pathOf(page.line.id)}/due`, { rule, version, note }),
    onSuccess: () => forget(),
    onError: notice.failed,
  });
  const settleOne = async ({ rule, version }: Due) => {
    const told = await ask({
      title: t('past.settle'),
      about: t('past.settleAbout'),
      act: t('past.settle'),
      reason: true,
    });
    if (told !== undefined) settle.mutate({ rule, version, note: told.reason });
  };
  if (page.due.length === 0) return null;
  return (
    <div>
      <h2 className="report-title">{t('past.due')}</h2>
      <DataTable<Due>
        name={`${page.line.caseNumber ?? page.line.id}-limits`}
        label={t('past.due')}
        rowKey={({ rule, version }) => `${rule} ${version}`}
        source={{ rows: page.due }}
        searchable={false}
        columns={[
          { key: 'rule', title: t('past.rule'), value: ({ rule }) => ruleText(rules, rule), phoneTitle: true },
          { key: 'on', title: t('reports.dueOn'), value: ({ dueOn }) => dueOn },
          {
            key: 'done',
            title: t('past.done'),
            value: ({ doneAt }) => doneAt ?? '',
            render: (due) =>
              due.doneAt !== null ? (
                <Time at={due.doneAt} />
              ) : page.mayWrite ? (
                <Button size="small" onClick={() => void settleOne(due)}>
                  {t('past.settle')}
                </Button>
              ) : (
                <StatusTag tone="warning">{t('past.open')}</StatusTag>
              ),
          },
          { key: 'note', title: t('judge.note'), value: ({ note }) => noteText(note, t) },
          {
            key: 'source',
            title: t('past.source'),
            value: ({ rule }) => rules.find(({ id }) => id === rule)?.source ?? '',
          },
        ]}
      />
    </div>
  );
}

const KINDS = ['first', 'follow-up', 'amendment', 'nullification'];

/** What ended a limit: another version, or the words of a person. */
function noteText(note: string | null, t: (key: string) => string): string {
  if (note === null) return '';
  if (KINDS.includes(note)) return t(`report.as.${note}`);
  return note === 'nullified' || note === 'void' ? t(`reports.states.${note}`) : note;
}

function Events({ page }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  return (
    <Panel title={t('past.events')}>
      <Timeline
        items={page.events.map(({ id, at, byName, kind, detail }) => {
          const { version, method, result, reason, note } = detail as Record<string, string | undefined>;
          const judged = method === undefined ? '' : `${t(`judge.methods.${method}`)}: ${t(`judge.results.${result}`)}`;
          return {
            id,
            at,
            title: t(`past.kinds.${kind}`, { version }),
            detail: [judged, reason, note].filter(Boolean).join('; '),
            by: byName,
          };
        })}
      />
    </Panel>
  );
}
