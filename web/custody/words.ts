import { useTranslation } from 'react-i18next';
import type { Alarm, Site, TemperatureState, ThingState, Wire } from '../../src/modules/custody/model.ts';
import type { Tone } from '../ui/index.ts';

export type Names = Record<string, Wire<Site>>;

export const STATE_TONES: Partial<Record<ThingState, Tone>> = {
  'in-transit': 'info',
  accepted: 'info',
  loaded: 'info',
  packed: 'primary',
  arrived: 'good',
  received: 'good',
  stored: 'good',
  destroyed: 'neutral',
  lost: 'danger',
};
export const TEMPERATURE_TONES: Record<TemperatureState, Tone> = {
  'in-range': 'good',
  warning: 'warning',
  excursion: 'danger',
  silent: 'neutral',
};
export const ALARM_TONES: Record<Alarm['state'], Tone> = { open: 'danger', acknowledged: 'warning', closed: 'neutral' };

/** The name of a place or party in the person's language; its number where nobody named it. */
export function useNameOf(): (identifier: string | undefined, names: Names) => string {
  const { i18n } = useTranslation();
  return (identifier, names) => {
    if (identifier === undefined || identifier === '') return '';
    const site = names[identifier];
    return site === undefined
      ? identifier.replace(/^https:\/\/id\.gs1\.org\/\d+\//, '')
      : site.name[i18n.language === 'zh' ? 'zh' : 'en'];
  };
}

export function degrees(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} °C`;
}
