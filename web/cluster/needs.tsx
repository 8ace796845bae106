import { PlusOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  PROJECT_SECTORS,
  type ThingName,
  WISH_KINDS,
  WISH_SIDES,
  type Wish,
  type WishPage,
} from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, useGo } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, Time } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog, Toggle } from './form-dialog.tsx';
import { listWishes, useWishes, useWishName, WishState } from './meeting-ask.tsx';
import { send, useAct, useAmounts, useThings } from './parks-ask.ts';
import './parks.css';

/** What parties of the region need and offer. */
export default function Needs() {
  const { t } = useTranslation('cluster');
  const [side, setSide] = useAddressValue('side');
  const [kind, setKind] = useAddressValue('kind');
  const [mine, setMine] = useAddressValue('mine');
  const [examples, setExamples] = useAddressValue('examples');
  const [stating, setStating] = useState(false);
  const filter = {
    ...(side !== '' && { side }),
    ...(kind !== '' && { kind }),
    ...(mine !== '' && { mine }),
    ...(examples !== '' && { examples }),
  };
  const query = useWishes(filter);
  return (
    <Page
      title={t('meeting.title')}
      about={t('meeting.about')}
      actions={
        <>
          <Go to="/cluster/needs/introductions">{t('meeting.introductions')}</Go>
          {(query.data?.things.length ?? 0) > 0 && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setStating(true)}>
              {t('meeting.state')}
            </Button>
          )}
        </>
      }
    >
      <div className="row no-print">
        <Select
          aria-label={t('meeting.side')}
          value={side}
          onChange={setSide}
          style={{ minWidth: 140 }}
          options={[
            { value: '', label: t('meeting.anySide') },
            ...WISH_SIDES.map((value) => ({ value, label: t(`meeting.sides.${value}`) })),
          ]}
        />
        <Select
          aria-label={t('meeting.kind')}
          value={kind}
          onChange={setKind}
          style={{ minWidth: 180 }}
          options={[
            { value: '', label: t('meeting.anyKind') },
            ...WISH_KINDS.map((value) => ({ value, label: t(`meeting.kinds.${value}`) })),
          ]}
        />
        <Toggle label={t('meeting.mine')} on={mine === 'yes'} set={(on) => setMine(on ? 'yes' : '')} />
        <Toggle
          label={t('parks.withExamples')}
          on={query.data?.examples ?? examples === 'yes'}
          set={(on) => setExamples(on ? 'yes' : 'no')}
        />
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.wishes.length === 0 ? (
          <Empty title={t('meeting.none')}>
            {t(query.data.things.length === 0 ? 'meeting.noneSpoken' : 'meeting.noneAbout')}
          </Empty>
        ) : (
          <List filter={filter} />
        ))}
      {stating && query.isSuccess && <State things={query.data.things} close={() => setStating(false)} />}
    </Page>
  );
}

function List({ filter }: { filter: Record<string, string> }) {
  const { t } = useTranslation('cluster');
  const { named, number } = useAmounts();
  const nameOf = useWishName();
  const whose = ({ thing }: Wish) => (thing === null ? t('meeting.confidential') : named(thing));
  return (
    <DataTable<Wish>
      name="needs"
      label={t('meeting.title')}
      rowKey={({ id }) => id}
      source={{
        queryKey: ['cluster', 'needs', 'list', filter],
        load: async ({ search, after }, signal) => {
          const { wishes, next } = await listWishes(
            { ...filter, after, ...(search !== '' && { text: search }) },
            signal,
          );
          return { rows: wishes, next: next ?? undefined };
        },
      }}
      columns={[
        {
          key: 'words',
          title: t('meeting.words'),
          value: nameOf,
          render: (wish) => (
            <span className="row">
              <Go to={`/cluster/needs/${wish.id}`}>{nameOf(wish)}</Go>
              <ExampleTag on={wish.example} />
            </span>
          ),
          phoneTitle: true,
        },
        { key: 'side', title: t('meeting.side'), value: ({ side }) => t(`meeting.sides.${side}`) },
        { key: 'kind', title: t('meeting.kind'), value: ({ kind }) => t(`meeting.kinds.${kind}`) },
        { key: 'thing', title: t('meeting.whose'), value: whose },
        {
          key: 'quantity',
          title: t('meeting.quantity'),
          value: ({ quantity, unit }) => (quantity === null ? '' : `${number(quantity, 2)} ${unit}`),
        },
        {
          key: 'expires',
          title: t('meeting.expires'),
          value: ({ expiresOn }) => expiresOn,
          render: ({ expiresOn }) => <Time at={expiresOn} form="date" />,
        },
        {
          key: 'state',
          title: t('parks.state'),
          value: ({ state }) => t(`meeting.wishStates.${state}`),
          render: (wish) => <WishState wish={wish} />,
        },
      ]}
    />
  );
}

function State({ things, close }: { things: readonly ThingName[]; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const go = useGo();
  const places = useThings('place').data?.things ?? [];
  const state = useAct(
    (body: object) => send.post<WishPage>('/needs', body),
    ({ wish: { id } }) => go(`/cluster/needs/${id}`),
  );
  return (
    <FormDialog
      title={t('meeting.state')}
      about={t('meeting.stateAbout')}
      act={t('meeting.stateAct')}
      busy={state.isPending}
      close={close}
      send={(filled) => state.mutate(filled)}
      initial={{ side: 'need', confidential: 'no', ...(things.length === 1 && { thing: things[0]?.id }) }}
      fields={[
        {
          name: 'side',
          label: t('meeting.side'),
          kind: 'choice',
          needed: true,
          options: WISH_SIDES.map((value) => ({ value, label: t(`meeting.sides.${value}`) })),
        },
        {
          name: 'kind',
          label: t('meeting.kind'),
          kind: 'choice',
          needed: true,
          options: WISH_KINDS.map((value) => ({ value, label: t(`meeting.kinds.${value}`) })),
        },
        {
          name: 'thing',
          label: t('meeting.whose'),
          kind: 'choice',
          needed: true,
          options: things.map((each) => ({ value: each.id, label: named(each) })),
        },
        { name: 'words', label: t('meeting.words'), kind: 'long', needed: true },
        { name: 'wordsZh', label: t('meeting.wordsZh'), kind: 'long' },
        {
          name: 'sector',
          label: t('projects.sector'),
          kind: 'choice',
          options: PROJECT_SECTORS.map((value) => ({ value, label: t(`projects.sectors.${value}`) })),
        },
        {
          name: 'place',
          label: t('meeting.place'),
          kind: 'choice',
          options: places.map((each) => ({ value: each.id, label: named(each) })),
        },
        { name: 'quantity', label: t('meeting.quantity'), kind: 'number' },
        { name: 'unit', label: t('meeting.unit') },
        { name: 'from', label: t('meeting.from'), kind: 'date' },
        { name: 'to', label: t('meeting.to'), kind: 'date' },
        { name: 'expiresOn', label: t('meeting.expires'), kind: 'date', note: t('meeting.expiresNote') },
        {
          name: 'confidential',
          label: t('meeting.openness'),
          kind: 'choice',
          needed: true,
          options: [
            { value: 'no', label: t('meeting.open') },
            { value: 'yes', label: t('meeting.confidential') },
          ],
        },
        { name: 'contact', label: t('meeting.contact'), needed: true, note: t('meeting.contactNote') },
      ]}
    />
  );
}
