import { resolve } from 'node:path';
import { Problem } from '#kernel/problem';

/** What a setting means: one row each, read once at start; the table in docs/settings.md is made from it. */
interface Setting<T> {
  env: string;
  meaning: string;
  /** As it is written in the table. */
  standard: string;
  read(text: string | undefined): T;
}

/** The reason why a text is no value of the setting; gathered, so that all mistakes are told at once. */
class Mistake extends Error {}

const SETTINGS = {
  host: setting('HOST', '127.0.0.1', 'Address that all servers bind to', (text) => text),
  port: setting('PORT', '8080', 'Port of HTTP; 0 takes a free one', portOf),
  mllpPort: setting('MLLP_PORT', '2575', 'Port of MLLP (HL7 v2)', portOf),
  mqttPort: setting('MQTT_PORT', '1883', 'Port of MQTT', portOf),
  data: setting('BANYAN_DATA', './data', 'Folder of the database, keys and state', (text) => resolve(text)),
  databaseUrl: optional(
    'DATABASE_URL',
    'the program starts its own',
    'A PostgreSQL server of yours, version 15 or newer',
    urlOf(['postgres:', 'postgresql:']),
  ),
  lakeUrl: optional(
    'LAKE_URL',
    'the program starts its own engine',
    'A ClickHouse server or cluster of yours, e.g. `https://user:password@host:8443?database=banyan`; for a cluster add `&cluster=` and its name',
    urlOf(['http:', 'https:']),
  ),
  lakeMemory: optional(
    'LAKE_MEMORY',
    '40 % of the machine',
    "Bytes that the lake's own engine may take for all questions together, with k, M or G",
    bytesFrom(500_000_000),
  ),
  adminPassword: optional(
    'BANYAN_ADMIN_PASSWORD',
    'made up and printed once',
    'Password of the account `admin`, at least 10 characters',
    atLeast(10),
  ),
  adminToken: optional(
    'BANYAN_ADMIN_TOKEN',
    'made up and printed once',
    "An administrator's bearer token, at least 20 characters",
    atLeast(20),
  ),
  publicUrl: optional(
    'PUBLIC_URL',
    '`http://<HOST>:<PORT>`',
    'Address under which people reach the platform',
    urlOf(['http:', 'https:']),
  ),
  oidcIssuer: optional(
    'OIDC_ISSUER',
    'the one inside',
    'An OpenID Connect issuer whose tokens are accepted besides our own',
    urlOf(['http:', 'https:']),
  ),
  oidcAudience: optional(
    'OIDC_AUDIENCE',
    'the address of /fhir',
    'Audience that tokens of OIDC_ISSUER must name',
    (text) => text,
  ),
  oidcClaims: setting(
    'OIDC_CLAIMS',
    'roles=roles,organizations=organizations,patient=patient,name=name',
    'Which claims of OIDC_ISSUER say what, as paths with dots, e.g. `roles=realm_access.roles`',
    claimsOf,
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    'false',
    'Whether X-Forwarded-* headers are believed (true behind your own proxy)',
    flagOf,
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'warn',
    'debug, info, warn, error or silent',
    oneOf(['debug', 'info', 'warn', 'error', 'silent'] as const),
  ),
  workers: setting('BANYAN_WORKERS', '4', 'Outbox lanes worked at once, 1 to 64', wholeFrom(1, 64)),
  noticeDays: setting(
    'NOTICE_DAYS',
    '3',
    'Working days that the public notice of an offering lasts, 0 to 60; 0 ends it at once',
    wholeFrom(0, 60),
  ),
  certificateSignatures: setting(
    'CERTIFICATE_SIGNATURES',
    'ed25519',
    '`ed25519`, or `ed25519+sm2`: certificates of the exchange are signed with SM2 (GB/T 32918) too',
    oneOf(['ed25519', 'ed25519+sm2'] as const),
  ),
  messageSenders: setting(
    'MESSAGE_SENDERS',
    'any',
    '`any`, or the names (MSH-3, a slash, MSH-4) that may send over MLLP, with commas between',
    (text) => text,
  ),
} as const;

type Values = { readonly [Name in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[Name]['read']> };

export interface Config extends Values {
  /** Whether the synthetic region is started with the server. */
  readonly region: boolean;
  /** Simulated seconds for each second of the region. */
  readonly speed: number;
  readonly seed: number;
  /** Faults that the region plays, by name. */
  readonly faults: readonly string[];
}

/**
 * Reads all settings and flags at once.
 *
 * @throws Problem `invalid` with an issue for every setting or flag that is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv, args: readonly string[] = []): Config {
  const mistakes: string[] = [];
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, { env: key, read }]) => {
      try {
        const text = env[key];
        return [name, read(text === '' ? undefined : text)];
      } catch (mistake) {
        if (!(mistake instanceof Mistake)) throw mistake;
        mistakes.push(`${key}: ${mistake.message}`);
        return [name, undefined];
      }
    }),
  ) as unknown as Values;
  const flags = readFlags(args, mistakes);
  if (mistakes.length > 0) {
    const issues = mistakes.map((message) => ({ severity: 'error', code: 'invalid', message }) as const);
    throw new Problem('invalid', 'the settings are wrong', { mistakes }, { issues });
  }
  return { ...values, ...flags };
}

function readFlags(args: readonly string[], mistakes: string[]): Pick<Config, 'region' | 'speed' | 'seed' | 'faults'> {
  const flags = { region: true, speed: 1, seed: 1, faults: [] as string[] };
  const rest = [...args];
  const take = <T>(flag: string, read: (text: string) => T): T | undefined => {
    try {
      return read(rest.shift() ?? '');
    } catch (mistake) {
      mistakes.push(`${flag}: ${(mistake as Error).message}`);
      return undefined;
    }
  };
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === '--no-region') flags.region = false;
    else if (flag === '--speed') flags.speed = take(flag, wholeFrom(1, 3600)) ?? flags.speed;
    else if (flag === '--seed') flags.seed = take(flag, wholeFrom(0, 2 ** 31)) ?? flags.seed;
    else if (flag === '--fault') flags.faults.push(...(take(flag, (text) => text.split(',').filter(Boolean)) ?? []));
    else mistakes.push(`${flag}: unknown; there are --no-region, --speed N, --seed N and --fault NAMES`);
  }
  return flags;
}

/** The table of all settings, for docs/settings.md. */
export function describeSettings(): string {
  const rows = Object.values(SETTINGS).map(({ env, standard, meaning }) => `| \`${env}\` | ${standard} | ${meaning} |`);
  return ['| setting | when not given | meaning |', '|---|---|---|', ...rows].join('\n');
}

function setting<T>(env: string, standard: string, meaning: string, read: (text: string) => T): Setting<T> {
  return { env, standard: `\`${standard}\``, meaning, read: (text) => read(text ?? standard) };
}

function optional<T>(
  env: string,
  standard: string,
  meaning: string,
  read: (text: string) => T,
): Setting<T | undefined> {
  return { env, standard, meaning, read: (text) => (text === undefined ? undefined : read(text)) };
}

function wholeFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new Mistake(`"${text}" is no whole number from ${least} to ${most}`);
  };
}

const SIZES: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

function bytesFrom(least: number): (text: string) => number {
  return (text) => {
    const [, digits = '', size = ''] = /^(\d+)([kMG]?)$/.exec(text) ?? [];
    const value = Number(digits) * (SIZES[size] ?? 0);
    if (value >= least && Number.isSafeInteger(value)) return value;
    throw new Mistake(`"${text}" is no size of at least ${least} bytes, e.g. 2G`);
  };
}

function portOf(text: string): number {
  return wholeFrom(0, 65_535)(text);
}

const CLAIMS = ['roles', 'organizations', 'patient', 'name'] as const;

function claimsOf(text: string): Partial<Record<(typeof CLAIMS)[number], string>> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  const wrong = pairs.find(
    ([name, path, ...rest]) => !CLAIMS.some((known) => known === name) || !path || rest.length > 0,
  );
  if (wrong !== undefined)
    throw new Mistake(`"${wrong.join('=')}" is not one of ${CLAIMS.join(', ')} with = and a claim`);
  return Object.fromEntries(pairs);
}

function flagOf(text: string): boolean {
  return oneOf(['true', 'false'] as const)(text) === 'true';
}

function oneOf<const T extends readonly string[]>(values: T): (text: string) => T[number] {
  return (text) => {
    if (values.includes(text)) return text;
    throw new Mistake(`"${text}" is none of ${values.join(', ')}`);
  };
}

function atLeast(length: number): (text: string) => string {
  return (text) => {
    if (text.length >= length) return text;
    throw new Mistake(`shorter than ${length} characters`);
  };
}

function urlOf(protocols: readonly string[]): (text: string) => string {
  return (text) => {
    // Without a host, as for a PostgreSQL on a socket, the text is no URL by the letter; pg takes it.
    const url = URL.parse(text.replace(/@\//, '@localhost/'));
    if (url !== null && protocols.includes(url.protocol)) return text;
    throw new Mistake(`no address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  };
}
