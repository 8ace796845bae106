import { useTranslation } from 'react-i18next';

export function Minutes({ of: minutes }: { of: number | null }) {
  const { t } = useTranslation('operations');
  if (minutes === null) return t('none');
  const whole = Math.round(minutes);
  if (whole < 60) return t('minutes', { minutes: whole });
  return t('hoursMinutes', { hours: Math.floor(whole / 60), minutes: whole % 60 });
}
