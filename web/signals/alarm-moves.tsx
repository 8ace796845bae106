import { Button, Input, Modal, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type AlarmMove,
  type AlarmPage,
  type AlarmState,
  CLOSING_FINDINGS,
  type ClosingFinding,
} from '../../src/modules/signals/model.ts';
import { useSession } from '../shell/index.ts';
import { useAct, usePersons } from './desk-ask.ts';

const SHORTEST_REASON = 5;

/** Where the alarm may go from here. */
export function Moves({ page: { alarm, moves } }: { page: AlarmPage }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const [to, setTo] = useState<AlarmState>();
  if (!may('signals.alarm.work')) return null;
  const nameOf = (move: AlarmState) =>
    move === 'triage' && alarm.state === 'closed'
      ? t('alarm.moves.reopened')
      : t(`alarm.moves.${move}` as 'alarm.moves.closed');
  return (
    <>
      {moves.map((move, at) => (
        <Button key={move} type={at === 0 ? 'primary' : 'default'} onClick={() => setTo(move)}>
          {nameOf(move)}
        </Button>
      ))}
      {to !== undefined && (
        <MoveDialog
          key={`${to} ${alarm.revision}`}
          alarm={alarm}
          to={to}
          act={nameOf(to)}
          close={() => setTo(undefined)}
        />
      )}
    </>
  );
}

interface DialogProps {
  alarm: AlarmPage['alarm'];
  to: AlarmState;
  act: string;
  close: () => void;
}

/** Asks why; closing asks what it was, escalating who is told. */
function MoveDialog({ alarm, to, act, close }: DialogProps) {
  const { t } = useTranslation('signals');
  const [text, setText] = useState('');
  const [finding, setFinding] = useState<ClosingFinding>();
  const [persons, setPersons] = useState<string[]>([]);
  const move = useAct<AlarmMove>(alarm.id, 'post', t('alarm.added'));
  const isIncomplete =
    text.trim().length < SHORTEST_REASON ||
    (to === 'closed' && finding === undefined) ||
    (to === 'escalated' && persons.length === 0);
  const body: AlarmMove = {
    to,
    text,
    revision: alarm.revision,
    ...(finding !== undefined && { finding }),
    ...(to === 'escalated' && { persons }),
  };
  return (
    <Modal
      open
      // Its cross would be a second button by the name of the move that closes an alarm; Cancel and Escape are there.
      closable={false}
      title={to === 'triage' && alarm.state === 'closed' ? act : t(`alarm.moveTitle.${to}` as 'alarm.moveTitle.closed')}
      okText={act}
      cancelText={t('alarm.cancel')}
      okButtonProps={{ disabled: isIncomplete }}
      confirmLoading={move.isPending}
      onOk={() => move.mutate({ path: 'move', body }, { onSettled: close })}
      onCancel={close}
    >
      <div className="stack">
        {to === 'closed' && (
          <Radio.Group
            aria-label={t('alarm.finding')}
            options={CLOSING_FINDINGS.map((value) => ({ value, label: t(`alarm.findings.${value}`) }))}
            style={{ display: 'grid', gap: 4 }}
            value={finding ?? null}
            onChange={(event) => setFinding(event.target.value as ClosingFinding)}
          />
        )}
        {to === 'escalated' && <Persons alarm={alarm.id} chosen={persons} choose={setPersons} />}
        <Input.TextArea
          aria-label={t('alarm.reason')}
          placeholder={t('alarm.reason')}
          rows={3}
          maxLength={4_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
    </Modal>
  );
}

/** By name, those of the alarm's place first, with the organizations that they act for. */
function Persons(props: { alarm: string; chosen: string[]; choose: (persons: string[]) => void }) {
  const { t } = useTranslation('signals');
  const query = usePersons(props.alarm);
  const persons = query.data?.persons ?? [];
  const group = (isLocal: boolean) => ({
    label: isLocal ? t('notices.near') : t('notices.far'),
    options: persons
      .filter((person) => person.isLocal === isLocal)
      .map(({ id, name, roles, organizations }) => ({
        value: id,
        label: [
          name,
          ...roles.map((role) => t(`kernel:roles.${role}`, { defaultValue: role })),
          ...organizations.map((each) => each.name),
        ].join(' · '),
      })),
  });
  return (
    <Select
      mode="multiple"
      aria-label={t('notices.persons')}
      placeholder={t('notices.persons')}
      loading={query.isPending}
      showSearch={{ optionFilterProp: 'label' }}
      value={props.chosen}
      onChange={props.choose}
      options={[group(true), group(false)].filter(({ options }) => options.length > 0)}
    />
  );
}
