/** The check digits and names under which the region's things are known. Systems as the server's documentation states them. */
export const SYSTEM = {
  healthCard: 'https://banyan.health/id/health-card',
  specimen: 'https://banyan.health/id/specimen',
  order: 'https://banyan.health/id/order',
  organization: 'https://banyan.health/id/organization',
  device: 'https://banyan.health/id/device',
  facility: 'https://banyan.health/id/v2/facility',
  example: 'https://banyan.health/id/example',
  gln: 'https://id.gs1.org/414',
  epc: 'urn:ietf:rfc:3986',
} as const;

/** ISO 7064 MOD 11,10 over decimal digits: the digit that makes the number valid. */
export function mod11Check(digits: string): string {
  let product = 10;
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return String((11 - product) % 10);
}

/** A health-card number: 86, nine digits, one check digit. */
export function healthCard(index: number): string {
  const digits = `86${String(index).padStart(9, '0')}`;
  return digits + mod11Check(digits);
}

/** GS1 check digit, weights 3 and 1 from the right (GS1 General Specifications, 7.9.1). */
function gs1Check(digits: string): string {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}

/** A global location number under the company prefix 6900001. */
export function gln(index: number): string {
  const digits = `6900001${String(index).padStart(5, '0')}`;
  return digits + gs1Check(digits);
}

export const epcOf = {
  specimen: (accession: string): string => `https://id.gs1.org/8004/6900001${accession}`,
  /** GRAI: a zero, company prefix, asset type, check digit, serial. */
  box: (serial: number): string => {
    const type = '690000110001';
    return `https://id.gs1.org/8003/0${type}${gs1Check(type)}${String(serial).padStart(5, '0')}`;
  },
  vehicle: (number: number): string => `https://id.gs1.org/8004/6900002${String(number).padStart(4, '0')}`,
  device: (device: string): string => `https://id.gs1.org/8004/6900003${device}`,
  place: (gln: string): string => `https://id.gs1.org/414/${gln}`,
};
