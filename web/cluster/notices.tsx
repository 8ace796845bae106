import { CheckOutlined } from '@ant-design/icons';
import { Button, Checkbox, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Notice, NoticePage } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { noticeActs, useNoticeAct, useNotices, useNoticeWords } from './notices-ask.ts';
import './notices.css';

const A_PAGE = 50;

/** What the person is told, newest first, and of what not. */
export default function Notices() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const [show, kind, from] = [String(values['show'] ?? ''), String(values['kind'] ?? ''), Number(values['from'] ?? 0)];
  const query = useNotices({
    limit: A_PAGE,
    offset: from,
    ...(show === 'unread' && { unread: 'yes' }),
    ...(kind !== '' && { kind }),
  });
  return (
    <Page title={t('notices.title')} about={t('notices.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          <div className="row no-print">
            <Segmented
              aria-label={t('notices.filter')}
              value={show}
              onChange={(value) => set({ show: value, from: '' })}
              options={[
                { value: '', label: t('notices.all') },
                { value: 'unread', label: t('notices.unread', { count: query.data.unread }) },
              ]}
            />
            <Select
              aria-label={t('notices.kind')}
              style={{ minWidth: 200 }}
              value={kind}
              onChange={(value) => set({ kind: value, from: '' })}
              options={[
                { value: '', label: t('notices.anyKind') },
                ...query.data.kinds.map((value) => ({ value, label: t(`notices.kinds.${value}`) })),
              ]}
            />
          </div>
          <Told page={query.data} from={from} turn={(offset) => set({ from: offset === 0 ? '' : String(offset) })} />
          <Quiet page={query.data} />
        </div>
      )}
    </Page>
  );
}

function Told({ page, from, turn }: { page: NoticePage; from: number; turn: (offset: number) => void }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const mark = useNoticeAct(noticeActs.mark);
  const unread = page.notices.filter(({ readAt }) => readAt === null).map(({ id }) => id);
  const markAll = useNoticeAct(noticeActs.mark, ({ ids, read }) => {
    if (read)
      notice.done(t('notices.marked', { count: ids.length }), {
        undo: () => markAll.mutateAsync({ ids, read: false }),
      });
  });
  if (page.notices.length === 0) return <Empty title={t('notices.none')}>{t('notices.noneAbout')}</Empty>;
  return (
    <Panel
      title={t('notices.list')}
      actions={
        unread.length > 0 && (
          <Button size="small" icon={<CheckOutlined />} onClick={() => markAll.mutate({ ids: unread, read: true })}>
            {t('notices.markAll')}
          </Button>
        )
      }
    >
      <ul className="notices">
        {page.notices.map((each) => (
          <Line key={each.id} notice={each} mark={(read) => mark.mutate({ ids: [each.id], read })} />
        ))}
      </ul>
      {(from > 0 || page.more) && (
        <div className="row no-print">
          <Button size="small" disabled={from === 0} onClick={() => turn(Math.max(0, from - A_PAGE))}>
            {t('notices.newer')}
          </Button>
          <Button size="small" disabled={!page.more} onClick={() => turn(from + A_PAGE)}>
            {t('notices.older')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Line({ notice, mark }: { notice: Notice; mark: (read: boolean) => void }) {
  const { t } = useTranslation('cluster');
  const words = useNoticeWords();
  const isUnread = notice.readAt === null;
  return (
    <li className={isUnread ? 'is-unread' : ''}>
      <div>
        <Go to={notice.path} onClick={() => isUnread && mark(true)}>
          {words(notice)}
        </Go>
        <div className="row quiet">
          {isUnread && <StatusTag tone="info">{t('notices.unreadSign')}</StatusTag>}
          {t(`notices.kinds.${notice.kind}`)}
          <Time at={notice.at} />
        </div>
      </div>
      <Button size="small" type="text" className="no-print" onClick={() => mark(isUnread)}>
        {t(isUnread ? 'notices.markRead' : 'notices.markUnread')}
      </Button>
    </li>
  );
}

/** Of which kinds the person wants to hear. */
function Quiet({ page: { kinds, quiet } }: { page: NoticePage }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const act = useNoticeAct(noticeActs.quiet, () => notice.done(t('notices.saved')));
  const silenced: readonly string[] = act.isPending ? act.variables : quiet;
  return (
    <section className="no-print">
      <Panel title={t('notices.quiet')}>
        <p className="quiet">{t('notices.quietAbout')}</p>
        <Checkbox.Group
          className="notice-kinds"
          value={kinds.filter((kind) => !silenced.includes(kind))}
          onChange={(wanted) => act.mutate(kinds.filter((kind) => !wanted.includes(kind)))}
          options={kinds.map((value) => ({ value, label: t(`notices.kinds.${value}`) }))}
        />
      </Panel>
    </section>
  );
}
