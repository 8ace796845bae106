import { BlockList, isIP } from 'node:net';
import { Problem } from '#kernel/problem';

/** Addresses inside: nobody from outside may make this server ask them. Source: IANA special-purpose address registries (RFC 6890 and later). */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv4');
// Only 2000::/3 is given out; of it these are for documentation, tunnels and translation.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv6');
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one of the open Internet. */
export function isOutside(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !INSIDE.check(address, 'ipv4');
  return family === 6 && GLOBAL.check(address, 'ipv6') && !INSIDE.check(address, 'ipv6');
}

const LONGEST_ADDRESS = 2_000;

/** An address that a buyer names for pushes. @throws Problem `invalid` */
export function parseAddress(text: string, allowInside: boolean): URL {
  const url = text.length <= LONGEST_ADDRESS && URL.canParse(text) ? new URL(text) : undefined;
  const isSound = url !== undefined && url.username === '' && url.password === '' && url.hash === '';
  if (!isSound || !(url.protocol === 'https:' || (allowInside && url.protocol === 'http:')))
    throw new Problem('invalid', 'an address begins with https:// and has no name or password in it');
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowInside && (isIP(bare) !== 0 ? !isOutside(bare) : !bare.includes('.')))
    throw new Problem('invalid', 'the address is not one of the open Internet');
  return url;
}
