import { argon2 as argon2WithCallback, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
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

/** A made-up password of 20 letters and digits without look-alikes (some 98 bits), in groups to be read out. */
export function makePassword(): string {
  const letters = Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return letters.match(/.{5}/g)?.join('-') ?? letters;
}

const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

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
  const lower = password.normalize('NFKC').toLowerCase();
  if (new Set(lower).size < 5) throw new Problem('invalid', 'the password repeats few characters');
  const words = [username.toLowerCase(), ...COMMON_WORDS].filter((word) => word.length >= 4);
  const left = Math.min(lettersLeft(lower, words), lettersLeft(asLetters(lower), words));
  const digits = lower.replace(/\D/g, '').length;
  if (left < 4 && digits < 10) throw new Problem('invalid', 'the password is made of words that are guessed first');
}

/** Letters that remain when the well-known words are taken away. */
function lettersLeft(text: string, words: readonly string[]): number {
  const rest = words.reduce((left, word) => left.replaceAll(word, ' '), text);
  return [...rest.replace(/[^\p{L}]/gu, '')].length;
}

/** The usual digits and signs for letters turned back, those hung on at the end left out. */
function asLetters(lower: string): string {
  return lower
    .replace(/[^\p{L}]+$/u, '')
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
