import { AimOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Go, language } from '../shell/index.ts';
import { Facts, StatusTag, Time, type Tone } from '../ui/index.ts';
import type { Choice } from './map-layers.ts';
import { Minutes } from './minutes.tsx';
import type { Alarm, Operations, Place, TemperatureState, Vehicle } from './model.ts';
import { useAlarmKind } from './panels.tsx';

const TONES: Record<TemperatureState, Tone> = {
  'in-range': 'good',
  warning: 'warning',
  excursion: 'danger',
  silent: 'neutral',
};

interface DetailsProps {
  operations: Operations;
  chosen: Choice;
  choose: (choice: Choice) => void;
  goTo: (lon: number, lat: number) => void;
}

/** The heading of what was chosen, or undefined when it has left the screen meanwhile. */
export function titleOf(
  { operations, chosen }: Pick<DetailsProps, 'operations' | 'chosen'>,
  kindOf: (kind: string) => string,
): string | undefined {
  if (chosen.kind === 'vehicle') return operations.vehicles.find(({ id }) => id === chosen.id)?.name;
  if (chosen.kind === 'place') return operations.coverage.find(({ id }) => id === chosen.id)?.name[language()];
  const alarm = operations.alarms.find(({ id }) => id === chosen.id);
  return alarm === undefined ? undefined : kindOf(alarm.kind);
}

/** All that the screen knows about what was chosen, and the ways to know more. */
export function Details(props: DetailsProps) {
  const { operations, chosen } = props;
  if (chosen.kind === 'vehicle') {
    const vehicle = operations.vehicles.find(({ id }) => id === chosen.id);
    return vehicle === undefined ? null : <VehicleDetails {...props} vehicle={vehicle} />;
  }
  if (chosen.kind === 'place') {
    const place = operations.coverage.find(({ id }) => id === chosen.id);
    return place === undefined ? null : <PlaceDetails {...props} place={place} />;
  }
  const alarm = operations.alarms.find(({ id }) => id === chosen.id);
  return alarm === undefined ? null : <AlarmDetails {...props} alarm={alarm} />;
}

function VehicleDetails({ vehicle, operations, goTo, choose }: DetailsProps & { vehicle: Vehicle }) {
  const { t } = useTranslation('operations');
  const kindOf = useAlarmKind();
  const target = operations.coverage.find(({ id }) => id === vehicle.destination);
  const alarms = operations.alarms.filter(({ vehicleId }) => vehicleId === vehicle.id);
  return (
    <div className="stack">
      <Facts
        facts={[
          [t('temperature'), vehicle.temperatureC !== null && `${vehicle.temperatureC.toFixed(1)} °C`],
          [
            '',
            <StatusTag key="state" tone={TONES[vehicle.state]}>
              {t(`state.${vehicle.state}`)}
            </StatusTag>,
          ],
          [t('speed'), `${Math.round(vehicle.speedKmh)} km/h`],
          [t('load'), t('cargo', { boxes: vehicle.boxes, samples: vehicle.samples })],
          [t('heading'), target?.name[language()] ?? vehicle.destination],
          [t('lastWord'), <Time key="at" at={vehicle.at} />],
          [t('position'), <Position key="position" of={vehicle} />],
        ]}
      />
      <ShowOnMap of={vehicle} goTo={goTo} />
      {alarms.length > 0 && (
        <section aria-label={t('alarms')}>
          <h3>{t('alarms')}</h3>
          <div className="row">
            {alarms.map((alarm) => (
              <Button key={alarm.id} size="small" onClick={() => choose({ kind: 'alarm', id: alarm.id })}>
                {kindOf(alarm.kind)} · <Time at={alarm.at} form="clock" />
              </Button>
            ))}
          </div>
        </section>
      )}
    </div>
  );
}

function PlaceDetails({ place, goTo }: DetailsProps & { place: Place }) {
  const { t, i18n } = useTranslation('operations');
  return (
    <div className="stack">
      <Facts
        facts={[
          ['', t(`kind.${place.key ? 'key' : place.kind}`)],
          [t('samplesToday'), place.samplesToday.toLocaleString(i18n.language)],
          [t('position'), <Position key="position" of={place} />],
        ]}
      />
      <ShowOnMap of={place} goTo={goTo} />
      <Go to={`/laboratory/orders?site=${encodeURIComponent(place.id)}`}>{t('openOrders')}</Go>
    </div>
  );
}

function AlarmDetails({ alarm, operations, goTo, choose }: DetailsProps & { alarm: Alarm }) {
  const { t } = useTranslation('operations');
  const vehicle = operations.vehicles.find(({ id }) => id === alarm.vehicleId);
  return (
    <div className="stack">
      <Facts
        facts={[
          [
            '',
            <StatusTag key="state" tone={alarm.state === 'open' ? 'danger' : 'neutral'}>
              {t(`alarmState.${alarm.state}`, { defaultValue: alarm.state })}
            </StatusTag>,
          ],
          [t('temperature'), alarm.temperatureC !== null && `${alarm.temperatureC.toFixed(1)} °C`],
          [t('since'), <Time key="at" at={alarm.at} />],
          [t('duration'), alarm.minutes !== null && <Minutes of={alarm.minutes} />],
          [t('device'), <code key="device">{alarm.deviceId}</code>],
          [t('box'), alarm.boxId && <code>{alarm.boxId}</code>],
          [t('vehicle'), vehicle?.name ?? alarm.vehicleId],
        ]}
      />
      <div className="row">
        {vehicle !== undefined && <ShowOnMap of={vehicle} goTo={goTo} />}
        {vehicle !== undefined && (
          <Button onClick={() => choose({ kind: 'vehicle', id: vehicle.id })}>{vehicle.name}</Button>
        )}
      </div>
      {alarm.boxId && <Go to={`/custody/boxes/${encodeURIComponent(alarm.boxId)}`}>{t('openBox')}</Go>}
    </div>
  );
}

function Position({ of: { lon, lat } }: { of: { lon: number; lat: number } }) {
  return (
    <span className="numbers">
      {lat.toFixed(4)}° N, {lon.toFixed(4)}° E
    </span>
  );
}

function ShowOnMap({ of: { lon, lat }, goTo }: { of: { lon: number; lat: number }; goTo: DetailsProps['goTo'] }) {
  const { t } = useTranslation('operations');
  return (
    <div>
      <Button icon={<AimOutlined />} onClick={() => goTo(lon, lat)}>
        {t('onMap')}
      </Button>
    </div>
  );
}
