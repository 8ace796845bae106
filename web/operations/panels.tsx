import { Tabs } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Go, language } from '../shell/index.ts';
import { Sparkline, Time } from '../ui/index.ts';
import type { Choice } from './map-layers.ts';
import { Minutes } from './minutes.tsx';
import type { Alarm, Operations, Place, TemperatureState, Vehicle } from './model.ts';

/** The most rows a list shows: what lies further down is found by the filter. */
const MOST_ROWS = 100;
const URGENCY: Record<TemperatureState, number> = { excursion: 0, warning: 1, silent: 2, 'in-range': 3 };

/** The figures of today with the shape of their hours. */
export function Counters({ operations: { today, hourly } }: { operations: Operations }) {
  const { t, i18n } = useTranslation('operations');
  const counters = [
    { key: 'orders', tone: 'coverage', values: hourly.map((hour) => hour.orders) },
    { key: 'samples', tone: 'in-range', values: hourly.map((hour) => hour.samples) },
    { key: 'results', tone: 'laboratory', values: hourly.map((hour) => hour.results) },
  ] as const;
  return (
    <section className="ops-panel" aria-label={t('today')}>
      <h2>{t('today')}</h2>
      {counters.map(({ key, tone, values }) => (
        <div key={key} className={`ops-counter ops-${tone}`}>
          <span className="ops-label">{t(key)}</span>
          <strong className="numbers">{today[key].toLocaleString(i18n.language)}</strong>
          <span className="ops-spark">
            <Sparkline values={values} label={t('perHour', { what: t(key) })} />
          </span>
        </div>
      ))}
      <div className="ops-counter">
        <span className="ops-label">{t('inTransit')}</span>
        <strong className="numbers">{today.inTransit.toLocaleString(i18n.language)}</strong>
      </div>
    </section>
  );
}

export function Turnaround({ operations: { today } }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  return (
    <section className="ops-panel" aria-label={t('turnaround')}>
      <h2>{t('turnaround')}</h2>
      <dl className="ops-pair">
        <div>
          <dt>{t('median')}</dt>
          <dd>
            <Minutes of={today.turnaroundMedianMin} />
          </dd>
        </div>
        <div>
          <dt>{t('p90')}</dt>
          <dd>
            <Minutes of={today.turnaroundP90Min} />
          </dd>
        </div>
      </dl>
      <p className="ops-note">{t('turnaroundMethod')}</p>
    </section>
  );
}

export function Troubles({ operations: { today } }: { operations: Operations }) {
  const { t, i18n } = useTranslation('operations');
  return (
    <section className="ops-panel ops-troubles" aria-label={`${t('alarms')}, ${t('deadLetters')}`}>
      <div className={today.alarms > 0 ? 'ops-excursion' : 'ops-in-range'}>
        <span className="ops-label">{t('alarms')}</span>
        <strong className="numbers">{today.alarms.toLocaleString(i18n.language)}</strong>
      </div>
      <Go to="/dead-letters" className={today.deadLetters > 0 ? 'ops-warning' : 'ops-in-range'}>
        <span className="ops-label">{t('deadLetters')}</span>
        <strong className="numbers">{today.deadLetters.toLocaleString(i18n.language)}</strong>
      </Go>
    </section>
  );
}

interface ListProps {
  operations: Operations;
  chosen: Choice | undefined;
  choose: (choice: Choice) => void;
}

/** What is on the map, as lists: for the keyboard, for a screen reader, and for whoever looks for one name. */
export function Lists({ operations, chosen, choose }: ListProps) {
  const { t } = useTranslation('operations');
  const { alarms, vehicles, coverage } = operations;
  const items = [
    {
      key: 'alarms',
      label: `${t('alarmsShort')} ${alarms.length}`,
      children: (
        <List
          empty={t('noAlarms')}
          of={alarms}
          isChosen={({ id }) => chosen?.kind === 'alarm' && chosen.id === id}
          choose={({ id }) => choose({ kind: 'alarm', id })}
          textOf={({ deviceId, vehicleId, boxId }) => `${deviceId} ${vehicleId ?? ''} ${boxId ?? ''}`}
          show={(alarm) => <AlarmRow alarm={alarm} vehicles={vehicles} />}
        />
      ),
    },
    {
      key: 'vehicles',
      label: `${t('vehicles')} ${vehicles.length}`,
      children: (
        <List
          empty={t('noVehicles')}
          of={[...vehicles].sort(
            (one, two) => URGENCY[one.state] - URGENCY[two.state] || (one.name < two.name ? -1 : 1),
          )}
          isChosen={({ id }) => chosen?.kind === 'vehicle' && chosen.id === id}
          choose={({ id }) => choose({ kind: 'vehicle', id })}
          textOf={({ name, id }) => `${name} ${id}`}
          show={(vehicle) => <VehicleRow vehicle={vehicle} />}
        />
      ),
    },
    {
      key: 'sites',
      label: `${t('sites')} ${coverage.length}`,
      children: (
        <List
          empty={t('noSites')}
          of={[...coverage].sort((one, two) => two.samplesToday - one.samplesToday || (one.id < two.id ? -1 : 1))}
          isChosen={({ id }) => chosen?.kind === 'place' && chosen.id === id}
          choose={({ id }) => choose({ kind: 'place', id })}
          textOf={({ name }) => `${name.en} ${name.zh}`}
          show={(place) => <PlaceRow place={place} />}
        />
      ),
    },
  ];
  return (
    <section className="ops-panel ops-lists" aria-label={t('vehicles')}>
      <Tabs items={items} size="small" />
    </section>
  );
}

function List<Row extends { id: string }>(props: {
  of: readonly Row[];
  empty: string;
  isChosen: (row: Row) => boolean;
  choose: (row: Row) => void;
  textOf: (row: Row) => string;
  show: (row: Row) => ReactNode;
}) {
  const { t } = useTranslation('operations');
  const [typed, setTyped] = useState('');
  const needle = typed.trim().toLowerCase();
  const found = needle === '' ? props.of : props.of.filter((row) => props.textOf(row).toLowerCase().includes(needle));
  return (
    <>
      <input
        className="ops-filter"
        type="search"
        aria-label={t('filter')}
        placeholder={t('filter')}
        value={typed}
        maxLength={100}
        onChange={(event) => setTyped(event.target.value)}
      />
      {found.length === 0 && <p className="ops-empty">{props.empty}</p>}
      <ul className="ops-list">
        {found.slice(0, MOST_ROWS).map((row) => (
          <li key={row.id}>
            <button type="button" aria-pressed={props.isChosen(row)} onClick={() => props.choose(row)}>
              {props.show(row)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

export function useAlarmKind(): (kind: string) => string {
  const { t } = useTranslation('operations');
  return (kind) => t(`alarmKind.${kind}`, { defaultValue: kind });
}

function AlarmRow({ alarm, vehicles }: { alarm: Alarm; vehicles: readonly Vehicle[] }) {
  const { t } = useTranslation('operations');
  const kindOf = useAlarmKind();
  const vehicle = vehicles.find(({ id }) => id === alarm.vehicleId);
  return (
    <span className={`ops-row ${alarm.state === 'open' ? 'ops-excursion' : 'ops-silent'}`}>
      <b>{kindOf(alarm.kind)}</b>
      <span className="ops-end numbers">{alarm.temperatureC !== null && `${alarm.temperatureC.toFixed(1)} °C`}</span>
      <small>
        {vehicle?.name ?? alarm.boxId ?? alarm.deviceId}
        {alarm.minutes !== null && ` · ${t('minutes', { minutes: Math.round(alarm.minutes) })}`}
      </small>
      <small className="ops-end">
        <Time at={alarm.at} form="clock" />
      </small>
    </span>
  );
}

function VehicleRow({ vehicle }: { vehicle: Vehicle }) {
  const { t } = useTranslation('operations');
  return (
    <span className={`ops-row ops-${vehicle.state}`}>
      <b>{vehicle.name}</b>
      <span className="ops-end numbers">
        {vehicle.temperatureC !== null && `${vehicle.temperatureC.toFixed(1)} °C`}
      </span>
      <small>{t('cargo', { boxes: vehicle.boxes, samples: vehicle.samples })}</small>
      <small className="ops-end">{t(`state.${vehicle.state}`)}</small>
    </span>
  );
}

function PlaceRow({ place }: { place: Place }) {
  const { t, i18n } = useTranslation('operations');
  return (
    <span
      className={`ops-row ${place.key ? 'ops-key' : place.kind === 'laboratory' ? 'ops-laboratory' : 'ops-coverage'}`}
    >
      <b>{place.name[language()]}</b>
      <span className="ops-end numbers">{place.samplesToday.toLocaleString(i18n.language)}</span>
      <small>{t(`kind.${place.key ? 'key' : place.kind}`)}</small>
    </span>
  );
}

export function Legend() {
  const { t } = useTranslation('operations');
  const [open, setOpen] = useState(true);
  return (
    <section className="ops-legend" aria-label={t('legend')}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('legend')}
      </button>
      {open && (
        <ul>
          <li className="ops-coverage" title={t('coverageNote')}>
            <Sign>
              <circle cx="8" cy="8" r="5" fill="currentColor" />
            </Sign>
            {t('coverage')}
          </li>
          <li className="ops-key">
            <Sign>
              <circle cx="8" cy="8" r="7" fill="currentColor" />
              <path d="M8 4v8M4 8h8" stroke="#0a1615" strokeWidth="2.5" />
            </Sign>
            {t('kind.key')}
          </li>
          <li className="ops-laboratory">
            <Sign>
              <path d="M8 1l7 7-7 7-7-7z" fill="currentColor" />
            </Sign>
            {t('kind.laboratory')}
          </li>
          {(['in-range', 'warning', 'excursion', 'silent'] as const).map((state) => (
            <li key={state} className={`ops-${state}`}>
              <Sign>
                <path
                  d="M8 1l5 13-5-3-5 3z"
                  fill={state === 'silent' ? 'none' : 'currentColor'}
                  stroke="currentColor"
                  strokeWidth="1.400"
                />
              </Sign>
              {t(`state.${state}`)}
            </li>
          ))}
          <li className="ops-note">{t('boundaries')}</li>
        </ul>
      )}
    </section>
  );
}

function Sign({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}
