import { useTranslation } from 'react-i18next';
import type { Site, Wire } from '../../src/modules/custody/model.ts';
import type { Flag, Work, WorkState } from '../../src/modules/laboratory/model.ts';
import type { Tone } from '../ui/index.ts';

export type Names = Record<string, Wire<Site>>;
export type WorkLine = Wire<Work> & { patient: string; patientName?: string };

export const STATE_TONES: Record<WorkState, Tone> = {
  ordered: 'neutral',
  collected: 'primary',
  'in-transit': 'info',
  received: 'primary',
  preliminary: 'warning',
  reported: 'good',
  cancelled: 'neutral',
};
export const FLAG_TONES: Record<Flag, Tone> = {
  L: 'warning',
  H: 'warning',
  A: 'warning',
  LL: 'danger',
  HH: 'danger',
  N: 'good',
};

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
