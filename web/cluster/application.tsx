import { DownloadOutlined, PrinterOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Modal, Select, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApplicationAct, ApplicationPage, Payer, PolicyEntry } from '../../src/modules/cluster/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import {
  base64Of,
  DataTable,
  Facts,
  Failure,
  Field,
  Figures,
  Loading,
  Page,
  Panel,
  StatusTag,
  save,
  Time,
  Timeline,
  useNotice,
} from '../ui/index.ts';
import { STATE_TONES } from './applications.tsx';
import { ExampleTag } from './example-tag.tsx';
import { applicationActs, useApplication, useApplicationAct, useBoth, useYuan } from './policy-ask.ts';
import { ClauseGrounds, KnownShown, StandingTag, Tables, VerdictTag, Working } from './policy-clause.tsx';

/** An application from its checklist to its last payment, for both sides. */
export default function ApplicationView() {
  const { t, i18n } = useTranslation('cluster');
  const both = useBoth();
  const id = usePathValue('id');
  const query = useApplication(id);
  const page = query.data;
  return (
    <Page
      title={page === undefined ? t('applications.one') : both(page.clauseNow.title)}
      about={page && t(`applications.next.${page.state}`)}
      trail={<Go to="/cluster/applications">{t('applications.title')}</Go>}
      actions={
        page && (
          <>
            <Acts page={page} />
            <Button icon={<PrinterOutlined />} aria-label={t('applications.print')} onClick={() => window.print()} />
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          <Panel>
            <Facts
              facts={[
                [
                  t('policies.enterprise'),
                  <span key="enterprise">
                    {i18n.language.startsWith('zh')
                      ? (page.enterprise.nameZh ?? page.enterprise.name)
                      : page.enterprise.name}{' '}
                    <ExampleTag on={page.enterprise.example} />
                  </span>,
                ],
                [
                  t('policies.policy'),
                  <Go key="policy" to={`/cluster/policies/${page.policy}`}>
                    {[both(page.policyTitle), page.policyNumber].filter(Boolean).join(' · ')}
                  </Go>,
                ],
                [t('applications.matter'), page.matter],
                [
                  t('applications.state'),
                  <span key="state" className="row" style={{ flexWrap: 'wrap' }}>
                    <StatusTag tone={STATE_TONES[page.state]}>{t(`applications.states.${page.state}`)}</StatusTag>
                    {page.isOffer && <StatusTag tone="primary">{t('applications.offer')}</StatusTag>}
                  </span>,
                ],
                [
                  t('applications.due'),
                  page.dueAt !== null && (
                    <span className="row" style={{ flexWrap: 'wrap' }}>
                      {t(page.dueWhat === 'mend' ? 'applications.dueMend' : 'applications.duePay')}
                      <Time at={page.dueAt} form="date" />
                      {page.isOverdue && <StatusTag tone="danger">{t('applications.overdue')}</StatusTag>}
                      {!page.calendarKnown && <span className="quiet">{t('applications.calendarUnknown')}</span>}
                    </span>
                  ),
                ],
                [
                  t('applications.acts.propose'),
                  page.proposal !== null && page.amount === null && (
                    <Proposal key="proposal" proposal={page.proposal} fourEyesFrom={page.fourEyesFrom} />
                  ),
                ],
              ]}
            />
          </Panel>
          <Conditions page={page} />
          {!page.isOffer && <Evidence page={page} />}
          <Panel title={t('applications.finding')}>
            <div className="stack">
              <div className="row">
                <VerdictTag verdict={page.finding.verdict} />
                <StandingTag standing={page.finding.standing} />
              </div>
              <Working amount={page.finding.amount} clause={page.clauseNow} variables={page.variables} />
              <Tables tables={page.finding.tables ?? []} />
              <ClauseGrounds clause={page.clauseNow} sources={page.sources} caveats={page.caveats} />
            </div>
          </Panel>
          {page.amount !== null && <Money page={page} />}
          <Course page={page} />
        </div>
      )}
    </Page>
  );
}

function Proposal({ proposal, fourEyesFrom }: { proposal: { amount: number; byName: string }; fourEyesFrom: number }) {
  const { t } = useTranslation('cluster');
  const yuan = useYuan();
  return (
    <>
      {t('applications.proposal', { by: proposal.byName, amount: yuan(proposal.amount) })}{' '}
      <span className="quiet">{t('applications.fourEyes', { amount: yuan(fourEyesFrom) })}</span>
    </>
  );
}

const FIRST: readonly ApplicationAct[] = ['submit', 'confirm', 'receive', 'accept', 'propose', 'decide', 'pay'];
const MONEY: readonly ApplicationAct[] = ['propose', 'pay', 'claim', 'repay'];
const REASONED: readonly ApplicationAct[] = ['return', 'refuse', 'claim'];

function Acts({ page }: { page: ApplicationPage }) {
  const { t } = useTranslation('cluster');
  const [open, setOpen] = useState<ApplicationAct>();
  const act = useApplicationAct(page.id, (given: Parameters<typeof applicationActs.act>[1]) =>
    applicationActs.act(page.id, given),
  );
  const begin = (name: ApplicationAct) => {
    if (MONEY.includes(name) || REASONED.includes(name)) setOpen(name);
    else act.mutate({ act: name, revision: page.revision, words: '' });
  };
  return (
    <>
      {page.may.map((name) => (
        <Button
          key={name}
          type={FIRST.includes(name) ? 'primary' : 'default'}
          danger={name === 'refuse' || name === 'withdraw'}
          loading={act.isPending}
          onClick={() => begin(name)}
        >
          {t(`applications.acts.${name}`)}
        </Button>
      ))}
      {open !== undefined && (
        <ActForm
          key={open}
          name={open}
          page={page}
          close={() => setOpen(undefined)}
          give={(given) =>
            act.mutate({ act: open, revision: page.revision, ...given }, { onSuccess: () => setOpen(undefined) })
          }
        />
      )}
    </>
  );
}

function ActForm({
  name,
  page,
  give,
  close,
}: {
  name: ApplicationAct;
  page: ApplicationPage;
  give: (given: { words: string; amount?: number; payer?: Payer; reference?: string }) => void;
  close: () => void;
}) {
  const { t } = useTranslation('cluster');
  const yuan = useYuan();
  const [words, setWords] = useState('');
  const [reference, setReference] = useState('');
  const [payer, setPayer] = useState(page.payers[0]?.payer);
  const { least, most } = page.finding.amount;
  const [amount, setAmount] = useState<number | null>(name === 'propose' && least === most ? least / 100 : null);
  const isMoney = MONEY.includes(name);
  const moves = isMoney && name !== 'propose';
  const isReady = (!isMoney || amount !== null) && (!REASONED.includes(name) || words.trim() !== '');
  return (
    <Modal
      open
      title={t(`applications.acts.${name}`)}
      okText={t(`applications.acts.${name}`)}
      okButtonProps={{ disabled: !isReady }}
      onCancel={close}
      onOk={() =>
        give({
          words,
          ...(isMoney && { amount: Math.round(amount! * 100) }),
          ...(moves && payer !== undefined && { payer }),
          ...(reference !== '' && { reference }),
        })
      }
    >
      <div className="stack">
        {name === 'propose' && (
          <p className="quiet">{t('applications.fourEyes', { amount: yuan(page.fourEyesFrom) })}</p>
        )}
        {isMoney && (
          <Field stacked label={t('applications.amountYuan')}>
            {(id) => (
              <InputNumber
                id={id}
                min={0.01}
                max={1e11}
                precision={2}
                value={amount}
                onChange={setAmount}
                style={{ width: '100%' }}
              />
            )}
          </Field>
        )}
        {moves && (
          <Field stacked label={t('applications.payer')}>
            {(id) => (
              <Select
                id={id}
                value={payer ?? null}
                onChange={setPayer}
                options={page.payers.map((each) => ({ value: each.payer, label: t(`policies.payers.${each.payer}`) }))}
              />
            )}
          </Field>
        )}
        {(name === 'pay' || name === 'repay') && (
          <Field stacked label={t('applications.reference')}>
            {(id) => (
              <Input id={id} maxLength={200} value={reference} onChange={(event) => setReference(event.target.value)} />
            )}
          </Field>
        )}
        <Field stacked label={t('applications.words')}>
          {(id) => (
            <Input.TextArea
              id={id}
              rows={3}
              maxLength={2_000}
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
          )}
        </Field>
      </div>
    </Modal>
  );
}

function Conditions({ page }: { page: ApplicationPage }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  return (
    <Panel
      title={t('applications.conditions')}
      actions={
        page.may.includes('submit') && (
          <Go to={`/cluster/policies?enterprise=${page.enterprise.id}`}>{t('policies.answer')}</Go>
        )
      }
    >
      <Facts
        facts={page.variables.map((variable) => [
          both(variable.question),
          <KnownShown
            key={variable.name}
            variable={variable}
            answer={page.answers.find(({ name }) => name === variable.name)}
          />,
        ])}
      />
    </Panel>
  );
}

function Evidence({ page }: { page: ApplicationPage }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const notice = useNotice();
  const add = useApplicationAct(page.id, (given: Parameters<typeof applicationActs.add>[1]) =>
    applicationActs.add(page.id, given),
  );
  const send = async (name: string, file: File) =>
    add.mutate({
      name,
      fileName: file.name,
      media: file.type || 'application/octet-stream',
      content: await base64Of(file),
    });
  const fetchFile = (id: string, fileName: string) =>
    applicationActs.file(page.id, id).then((content) => save(fileName, content), notice.failed);
  return (
    <Panel title={t('applications.evidence')}>
      <p className="quiet">{t('applications.evidenceAbout')}</p>
      <Facts
        facts={page.clauseNow.evidence.map((name) => {
          const variable = page.variables.find((each) => each.name === name)!;
          const files = page.files.filter((file) => file.name === name);
          return [
            both(variable.evidence),
            <div key={name} className="row" style={{ flexWrap: 'wrap' }}>
              {files.length === 0 ? (
                <StatusTag tone="warning">{t('applications.missing')}</StatusTag>
              ) : (
                <StatusTag tone="good">{t('applications.there')}</StatusTag>
              )}
              {files.map((file) => (
                <Button
                  key={file.id}
                  size="small"
                  icon={<DownloadOutlined />}
                  onClick={() => fetchFile(file.id, file.fileName)}
                >
                  {file.fileName}
                </Button>
              ))}
              {page.may.includes('submit') && (
                <Upload
                  accept=".pdf,.png,.jpg,.jpeg,.doc,.docx,.xls,.xlsx,.ofd"
                  showUploadList={false}
                  beforeUpload={(file) => {
                    void send(name, file);
                    return false;
                  }}
                >
                  <Button
                    size="small"
                    icon={<UploadOutlined />}
                    aria-label={`${t('applications.upload')}: ${both(variable.evidence)}`}
                  >
                    {t('applications.upload')}
                  </Button>
                </Upload>
              )}
              <span className="quiet">{both(variable.holder)}</span>
            </div>,
          ] as const;
        })}
      />
    </Panel>
  );
}

function Money({ page }: { page: ApplicationPage }) {
  const { t } = useTranslation('cluster');
  const yuan = useYuan();
  const granted = page.entries.reduce((sum, entry) => sum + (entry.kind === 'granted' ? entry.fen : 0), 0);
  const account = (name: string) => {
    const [kind = '', payer = ''] = name.split('/');
    return `${t(`applications.accounts.${kind}`)} · ${t(`policies.payers.${payer}`)}`;
  };
  return (
    <Panel title={t('applications.money')}>
      <div className="stack">
        <Figures
          figures={[
            { label: t('applications.granted'), value: yuan(granted) },
            { label: t('applications.paid'), value: yuan(page.paid) },
            { label: t('applications.owed'), value: yuan(granted - page.paid) },
            ...(page.claimed > 0
              ? [
                  { label: t('applications.claimed'), value: yuan(page.claimed) },
                  { label: t('applications.returned'), value: yuan(page.returned) },
                ]
              : []),
          ]}
        />
        <DataTable<PolicyEntry>
          name={`application-${page.id}`}
          label={t('applications.entry')}
          rowKey={({ id }) => String(id)}
          source={{ rows: page.entries }}
          columns={[
            {
              key: 'kind',
              title: t('applications.entry'),
              value: ({ kind }) => t(`applications.${kind}`),
              phoneTitle: true,
            },
            { key: 'payer', title: t('applications.payer'), value: ({ payer }) => t(`policies.payers.${payer}`) },
            {
              key: 'amount',
              title: t('policies.amount'),
              end: true,
              value: ({ fen }) => fen / 100,
              render: ({ fen }) => yuan(fen),
            },
            { key: 'debit', title: t('applications.debit'), value: ({ debit }) => account(debit) },
            { key: 'credit', title: t('applications.credit'), value: ({ credit }) => account(credit) },
            { key: 'reference', title: t('applications.reference'), value: ({ reference }) => reference },
            {
              key: 'at',
              title: t('applications.changed'),
              value: ({ at }) => at,
              render: ({ at }) => <Time at={at} />,
            },
          ]}
        />
        <p className="quiet">{t('applications.balance')}</p>
      </div>
    </Panel>
  );
}

function Course({ page }: { page: ApplicationPage }) {
  const { t } = useTranslation('cluster');
  const yuan = useYuan();
  return (
    <Panel title={t('applications.course')}>
      <Timeline
        items={page.moves.map(({ act, at, byName, words, amount }, place) => ({
          id: `${place}`,
          at,
          title: amount === null ? t(`applications.did.${act}`) : `${t(`applications.did.${act}`)}: ${yuan(amount)}`,
          by: byName,
          ...(words !== '' && { detail: words }),
          ...(act === 'refuse' && { tone: 'danger' as const }),
        }))}
      />
    </Panel>
  );
}
