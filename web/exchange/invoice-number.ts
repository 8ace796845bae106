import type { Invoice } from '../../src/modules/exchange/model.ts';

/** As an invoice is known: without gaps for each seller and year. */
export function numberOf({ year, number }: Pick<Invoice, 'year' | 'number'>): string {
  return `${year}-${String(number).padStart(6, '0')}`;
}
