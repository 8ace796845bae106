import { argon2 as argon2WithCallback, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '#kernel/problem';
import { COMMON_WORDS } from './common-words.ts';

const argon2 = promisify(argon2WithCallback);

/**
 * Memory in KiB, passes, lanes.
 * Source: OWASP Password Storage Cheat Sheet, Argon2id with m=19456 (19 MiB), t=2, p=1.
 */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** In the PHC string format: `$argon2id$v=19$m=...,t=...,p=...$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, PARAMETERS, TAG_BYTES);
  return `${prefixOf(PARAMETERS)}${base64(salt)}$${base64(tag)}`;
}

/**
 * Compares in constant time. Without a hash (no such account, or one without a password) it takes as long and is false,
 * so that the time does not tell which accounts exist.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const found = PHC.exec(stored ?? (await decoy));
  if (found === null) throw new Problem('unavailable', 'a stored password hash is damaged');
  const [, memory, passes, parallelism, salt = '', hash = ''] = found;
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(hash, 'base64');
  const reached = await derive(password, Buffer.from(salt, 'base64'), parameters, expected.length);
  return timingSafeEqual(reached, expected) && typeof stored === 'string';
}

/** Whether the hash was made with other parameters than today's and should be made anew at the next sign-in. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(prefixOf(PARAMETERS));
}

const SHORTEST = 12;
const LONGEST = 256;

/**
 * Length decides, not kinds of characters; what attackers try first is refused.
 *
 * Source: NIST SP 800-63B section 5.1.1.2 (length, comparison with common, expected and context-specific values).
 *
 * @throws Problem `invalid`
 */
export function checkPassword(password: string, username: string): void {
  const length = [...password].length;
  if (!(length >= SHORTEST)) throw new Problem('invalid', 'the password is too short', { least: SHORTEST });
  if (!(length <= LONGEST)) throw new Problem('invalid', 'the password is too long', { most: LONGEST });
  const plain = plainOf(password);
  if (new Set(plain).size < 5) throw new Problem('invalid', 'the password repeats few characters');
  const rest = [plainOf(username), ...COMMON_WORDS]
    .filter((word) => word.length >= 4)
    .reduce((left, word) => left.replaceAll(word, ''), plain);
  // What remains beside well-known words must still be worth guessing: eight characters, digits in a row not counted.
  const worth = rest
    .replace(/\d{2,}/g, (digits) => digits.slice(0, 2))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (worth.length < 6) throw new Problem('invalid', 'the password is made of words that are guessed first');
}

/** Lower case, and the usual digits and signs for letters turned back. */
function plainOf(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain
    .replace(/[@4]/g, 'a')
    .replace(/3/g, 'e')
    .replace(/[1!]/g, 'i')
    .replace(/0/g, 'o')
    .replace(/[$5]/g, 's')
    .replace(/7/g, 't');
}

interface Parameters {
  memory: number;
  passes: number;
  parallelism: number;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const decoy = hashPassword(randomBytes(SALT_BYTES).toString('hex'));

function prefixOf({ memory, passes, parallelism }: Parameters): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;
}

function derive(password: string, nonce: Uint8Array, parameters: Parameters, tagLength: number): Promise<Buffer> {
  return argon2('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...parameters });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
