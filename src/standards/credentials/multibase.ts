const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Longer texts are refused: the arithmetic grows with the square of the length. */
const MOST_CHARACTERS = 200;

/** Multicodecs of public keys, as varints: ed25519-pub 0xed, sm2-pub 0x1206. The key's length tells which it is. */
const KEYS = [
  { prefix: [0xed, 0x01], length: 32 },
  { prefix: [0x86, 0x24], length: 33 },
] as const;

/** Base58 with Bitcoin's alphabet, after the multibase prefix `z`. */
export function encodeBase58(bytes: Uint8Array): string {
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let text = '';
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return `z${'1'.repeat(zeros < 0 ? bytes.length : zeros)}${text}`;
}

/** Undefined for what is no such text. Every sequence of bytes has one spelling. */
export function decodeBase58(text: string): Uint8Array | undefined {
  if (!text.startsWith('z') || text.length > MOST_CHARACTERS) return undefined;
  const digits = [...text.slice(1)].map((character) => ALPHABET.indexOf(character));
  if (digits.includes(-1)) return undefined;
  let number = 0n;
  for (const digit of digits) number = number * 58n + BigInt(digit);
  const bytes: number[] = [];
  for (; number > 0n; number /= 256n) bytes.unshift(Number(number % 256n));
  const zeros = digits.findIndex((digit) => digit !== 0);
  return Uint8Array.from([...new Array<number>(zeros < 0 ? digits.length : zeros).fill(0), ...bytes]);
}

/** A public key of Ed25519, or of SM2 compressed, as a Multikey (W3C Controlled Identifiers, section 2.2.2). */
export function writeMultikey(publicKey: Uint8Array): string {
  const { prefix } = KEYS.find(({ length }) => length === publicKey.length)!;
  return encodeBase58(Uint8Array.from([...prefix, ...publicKey]));
}

/** The key, or undefined when the text is no Multikey of these. */
export function readMultikey(text: string): Uint8Array | undefined {
  const bytes = decodeBase58(text);
  const known = KEYS.some(
    ({ prefix, length }) => bytes?.length === length + 2 && bytes[0] === prefix[0] && bytes[1] === prefix[1],
  );
  return known ? bytes?.subarray(2) : undefined;
}

/** The identifier that is a key itself: nobody needs to be asked for it (did:key method). */
export function didOfKey(publicKey: Uint8Array): string {
  return `did:key:${writeMultikey(publicKey)}`;
}

/** As the verification method of its own did:key. */
export function methodOfKey(publicKey: Uint8Array): string {
  const key = writeMultikey(publicKey);
  return `did:key:${key}#${key}`;
}

/** The key of a verification method of did:key, `did:key:z...#z...`, with who controls it. */
export function keyOfMethod(method: string): { controller: string; publicKey: Uint8Array } | undefined {
  const [controller = '', fragment = '', ...rest] = method.split('#');
  const publicKey = readMultikey(fragment);
  if (publicKey === undefined || rest.length > 0 || controller !== `did:key:${fragment}`) return undefined;
  return { controller, publicKey };
}
