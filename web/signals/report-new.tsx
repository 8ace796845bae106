import { useMutation } from '@tanstack/react-query';
import { Button, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { emptyReport } from '#standards/e2b';
import { REPORT_KINDS, type ReportKind, type SavedDraft } from '../../src/modules/signals/model.ts';
import { api, Go, useGo } from '../shell/index.ts';
import { Page, Panel, useNotice } from '../ui/index.ts';
import { addressOf, useForget } from './report-ask.ts';
import { ownLanguage } from './report-form.tsx';
import './reports.css';

/** What is suspected, and a draft begins. */
export default function NewReport() {
  const { t } = useTranslation('signals');
  const go = useGo();
  const notice = useNotice();
  const forget = useForget();
  const [kind, setKind] = useState<ReportKind>('medicine');
  const start = useMutation({
    mutationFn: () => {
      const report = emptyReport({ reaction: crypto.randomUUID(), drug: crypto.randomUUID() });
      // The lot is asked for at once: without it a bad one is not found.
      report.drugs = report.drugs.map((drug) => ({ ...drug, dosages: [{}] }));
      report.reactions = report.reactions.map((reaction) => ({ ...reaction, language: ownLanguage() }));
      return api.post<SavedDraft>('/api/signals/reports', { report, kind });
    },
    onSuccess: ({ id }) => {
      void forget();
      go(addressOf(id));
    },
    onError: notice.failed,
  });
  return (
    <Page
      title={t('report.new')}
      about={t('report.newAbout')}
      trail={<Go to="/signals/reports">{t('reports.title')}</Go>}
    >
      <Panel>
        <div className="stack">
          <Radio.Group
            aria-label={t('reports.kind')}
            className="report-kinds"
            value={kind}
            onChange={(event) => setKind(event.target.value as ReportKind)}
            options={REPORT_KINDS.map((value) => ({ value, label: t(`reports.kinds.${value}`) }))}
          />
          <p className="quiet">{t('report.needs')}</p>
          <div>
            <Button type="primary" loading={start.isPending} onClick={() => start.mutate()}>
              {t('report.start')}
            </Button>
          </div>
        </div>
      </Panel>
    </Page>
  );
}
