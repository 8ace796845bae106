import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Go } from '../shell/index.ts';
import { Panel, Time } from '../ui/index.ts';
import { useAcknowledge, useNotices, useSubject } from './desk-ask.ts';

/** What the person was told by name and has not yet acknowledged; nothing where there is nothing. */
export function Notices() {
  const { t } = useTranslation('signals');
  const subjectOf = useSubject();
  const query = useNotices();
  const acknowledge = useAcknowledge();
  const notices = query.data?.notices ?? [];
  if (notices.length === 0) return null;
  return (
    <Panel title={t('notices.title')}>
      <ul className="short-list">
        {notices.map(({ id, alarm, subject, key, actorName, at, text }) => (
          <li key={id}>
            <span style={{ flex: 1, minWidth: 0 }}>
              <Go to={`/signals/alarms/${alarm}`}>{subjectOf({ subject, key })}</Go>
              <br />
              <span className="quiet">
                {actorName} · <Time at={at} /> · {text}
              </span>
            </span>
            <Button size="small" disabled={acknowledge.isPending} onClick={() => acknowledge.mutate(id)}>
              {t('notices.acknowledge')}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
