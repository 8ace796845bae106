export interface Multiples {
  /** Distributed to paid-in. */
  dpi: number;
  /** Residual value to paid-in. */
  rvpi: number;
  /** Total value to paid-in: the two together. */
  tvpi: number;
  /** Paid-in to committed; absent where the commitment is not known. */
  pic?: number;
}

/**
 * The multiples of a fund.
 *
 * Paid-in is all capital called, recalled distributions included; distributions are told gross of what may be recalled.
 * Source: CFA Institute, Global Investment Performance Standards 2020, glossary (DPI, RVPI, TVPI, PIC).
 *
 * @throws RangeError unless paid-in is above 0, distributions are not negative and the numbers are finite
 */
export function multiples({
  paidIn,
  distributed,
  value,
  committed,
}: {
  paidIn: number;
  distributed: number;
  /** Net asset value. */
  value: number;
  committed?: number;
}): Multiples {
  if (!(paidIn > 0 && paidIn < Infinity)) throw new RangeError('multiples need capital paid in');
  if (!(distributed >= 0 && distributed < Infinity)) throw new RangeError('distributions must not be negative');
  if (!Number.isFinite(value)) throw new RangeError('the residual value must be a finite number');
  if (committed !== undefined && !(committed > 0 && committed < Infinity))
    throw new RangeError('the commitment must be above 0');
  const [dpi, rvpi] = [distributed / paidIn, value / paidIn];
  return { dpi, rvpi, tvpi: dpi + rvpi, ...(committed !== undefined && { pic: paidIn / committed }) };
}
