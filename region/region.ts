import { type Act, Script, type Truth } from './acts.ts';
import { listedReactions, pastReports } from './adverse.ts';
import { encodeText } from './charset.ts';
import { type ControlServer, startControl } from './control.ts';
import { type Fault, type FaultKind, type FaultWish, makeFault } from './faults.ts';
import { registrations } from './fhir.ts';
import { Fleet } from './fleet.ts';
import { caseHistory } from './history.ts';
import type { Hl7Message } from './hl7.ts';
import { HttpDoor } from './http-door.ts';
import { type Memory, readMemory, TruthLog, writeMemory } from './memory.ts';
import { MllpLine } from './mllp-line.ts';
import { earlierReports } from './past.ts';
import { type Parcel, Post, pause, Refused } from './post.ts';
import { random } from './random.ts';
import { stockCounts, stockMovements } from './stocks.ts';
import { DAY, dayAfter, dayOf, HOUR, MINUTE, startOfDay, utcTime } from './time.ts';
import { makeWorld, type World } from './world.ts';

export interface RegionOptions {
  /** The server: HTTP address, ports of MLLP and MQTT on the same host, bearer token. */
  url: string;
  mllpPort: number;
  mqttPort: number;
  token: string;
  /** Where it remembers how far it is, and beside it the truth log. */
  stateFile: string;
  seed?: number;
  scale?: number;
  /** Simulated seconds per second. 1 keeps to the wall clock; more runs ahead of it. */
  speed?: number;
  faults?: readonly FaultKind[];
  /** Days before today that are told at first start. */
  historyDays?: number;
  /** Port of the control on loopback, 0 for any; undefined for none. */
  controlPort?: number;
  now?(): number;
  log?(line: Record<string, unknown>): void;
}

export interface Region {
  readonly world: World;
  readonly controlPort: number | undefined;
  status(): Record<string, unknown>;
  /** Begins a fault now. */
  fault(kind: FaultKind, wish?: FaultWish): Fault;
  /** Ends a fault now. */
  endFault(id: string): boolean;
  /** Resolves when all that lay before the start is told: the screens are full. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

const MOST_UNDER_WAY = 500;
const CHUNK = 15 * MINUTE;
const PAST_PER_SECOND = 40;
const HTTP_WORKERS = 6;
const BETWEEN_BATCHES_MS = 500;
/** So many days before the first start a cluster began, at the least: it is large enough to be found. */
const CLUSTER_DAYS = 4;

/** Starts the region and returns once it is registered with the server; what it has to tell follows in the background. */
export async function startRegion(options: RegionOptions): Promise<Region> {
  const region = new RunningRegion(options);
  await region.begin();
  return region;
}

class RunningRegion implements Region {
  readonly world: World;
  readonly caughtUp: Promise<void>;
  readonly #options: RegionOptions;
  readonly #memory: Memory;
  readonly #fresh: boolean;
  readonly #script: Script;
  readonly #truth: TruthLog;
  readonly #post: Post;
  readonly #http: HttpDoor;
  readonly #lines = new Map<string, MllpLine>();
  readonly #fleet: Fleet;
  readonly #anchor: { real: number; simulated: number };
  readonly #tellCaughtUp: () => void;
  #cursor: number;
  #pastCursor: number | undefined;
  #pastCausedCursor: number | undefined;
  /** How many of the earlier results are on their way or delivered. */
  #earlierPosted: number;
  #batchesPosted: number;
  #historyPosted: number;
  #stocksPosted: number;
  readonly #troublesTold = new Set<string>();
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();
  #control: ControlServer | undefined;

  constructor(options: RegionOptions) {
    const { seed = 1, scale = 1, historyDays = 2, stateFile } = options;
    this.#options = options;
    const now = this.#realNow();
    const kept = readMemory(stateFile);
    if (kept && (kept.seed !== seed || kept.scale !== scale))
      throw new Error(`the state file belongs to seed ${kept.seed} and scale ${kept.scale}`);
    this.#fresh = kept === undefined;
    this.#memory = kept ?? firstMemory({ seed, scale, now, historyDays });
    this.world = makeWorld({ seed, scale });
    this.#script = new Script(this.world, this.#memory.faults);
    this.#truth = new TruthLog(`${stateFile}.truth.ndjson`);
    this.#anchor = { real: now, simulated: Math.max(now, this.#memory.clock) };
    this.#cursor = Math.max(this.#memory.clock, now - Math.max(historyDays, 1) * DAY);
    this.#pastCursor = this.#memory.past;
    this.#pastCausedCursor = this.#memory.pastCaused;
    this.#earlierPosted = this.#memory.earlier;
    this.#batchesPosted = this.#memory.batches ?? 0;
    this.#historyPosted = this.#memory.history ?? 0;
    this.#stocksPosted = this.#memory.stocks ?? 0;
    this.#post = new Post({
      most: MOST_UNDER_WAY,
      trouble: (kind, lane, error) => this.#tellTrouble(kind, lane, error),
    });
    this.#http = new HttpDoor(options);
    this.#fleet = new Fleet({
      world: this.world,
      host: this.#host,
      port: options.mqttPort,
      token: options.token,
      delivered: new Map(Object.entries(this.#memory.ticks)),
      faults: () => this.#script.faults,
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.caughtUp = promise;
    this.#tellCaughtUp = resolve;
  }

  get controlPort(): number | undefined {
    return this.#control?.port;
  }

  async begin(): Promise<void> {
    for (const [part, transaction] of registrations(this.world).entries()) {
      await this.#post.send('fhir', HTTP_WORKERS, {
        at: this.#cursor,
        track: 'registration',
        deliver: () => this.#http.transact(transaction),
      });
      this.#log({ event: 'registering', part: part + 1 });
    }
    // Before the first report: what is listed raises no alarm by itself.
    for (const listed of listedReactions())
      await this.#post.send('e2b', 1, {
        at: this.#cursor,
        track: 'registration',
        deliver: () => this.#http.listReactions(listed),
      });
    while (this.#post.oldest('registration') !== undefined && !this.#stopped) await pause(20);
    for (const kind of this.#options.faults ?? []) {
      if (!this.#script.faults.some((fault) => fault.kind === kind && fault.until > this.#now()))
        this.#begin(kind, {}, this.#startOf(kind));
    }
    if (this.#options.controlPort !== undefined) this.#control = await startControl(this, this.#options.controlPort);
    this.#running = Promise.all([
      this.#drive(),
      // The first of the earlier results is on its way before anything else: the demonstration's patient is whom it is about.
      this.#playEarlier()
        .then(() => this.#playBatches())
        .then(() => this.#playPast()),
      this.#playStocks().then(() => this.#playHistory()),
      this.#playPastCaused().then(() => this.#playMain()),
      this.#remember(),
    ]);
    this.#running.catch((error: unknown) => {
      this.#log({ event: 'broken', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      this.#stopped = true;
    });
  }

  status(): Record<string, unknown> {
    return {
      now: utcTime(this.#now()),
      toldUntil: utcTime(this.#cursor),
      pastUntil: this.#pastCursor === undefined ? null : utcTime(this.#pastCursor),
      speed: this.#options.speed ?? 1,
      post: this.#post.counts,
      fleet: this.#fleet.counts,
      truths: this.#truth.count,
      faults: this.#script.faults.filter((fault) => fault.until > this.#now()),
    };
  }

  fault(kind: FaultKind, wish: FaultWish = {}): Fault {
    return this.#begin(kind, wish, this.#now());
  }

  /** Faults asked for at first start began before it, so that there is something to see: an hour ago, clusters days ago. */
  #startOf(kind: FaultKind): number {
    if (!this.#fresh) return this.#now();
    return isCluster(kind)
      ? (this.#memory.pastCaused ?? startOfDay(this.#memory.firstDay))
      : Math.max(startOfDay(this.#memory.firstDay), this.#now() - HOUR);
  }

  #begin(kind: FaultKind, wish: FaultWish, at: number): Fault {
    const made = makeFault(this.world, kind, at, wish);
    const running = this.#script.faults.find(
      (each) => each.kind === kind && each.until > at && (kind !== 'measles' || each.place === made.place),
    );
    if (running && (kind === 'measles' || running.id === made.id))
      throw new RangeError(`${running.id} is still going on`);
    const swap = kind === 'swapped-label' && !made.swap ? this.#script.findSwap(at) : made.swap;
    const fault = swap ? { ...made, swap } : made;
    this.#setFaults([
      ...this.#script.faults.filter((each) => each.until > at - 3 * DAY || each.kind === 'measles'),
      fault,
    ]);
    const { id, ...detail } = fault;
    this.#truth.write(at, {
      fault: id,
      id,
      detail: { ...detail, from: utcTime(fault.from), until: utcTime(fault.until) },
    });
    this.#log({ event: 'fault', ...fault });
    return fault;
  }

  endFault(id: string): boolean {
    const at = this.#now();
    const fault = this.#script.faults.find((each) => each.id === id && each.until > at);
    if (!fault) return false;
    this.#setFaults(this.#script.faults.map((each) => (each === fault ? { ...each, until: at } : each)));
    this.#truth.write(at, { fault: id, id: `${id}-end`, detail: {} });
    return true;
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#tellCaughtUp();
    await this.#post.drained(3000);
    this.#post.stop();
    await this.#control?.close();
    await this.#running.catch(() => undefined);
    await this.#fleet.close();
    for (const line of this.#lines.values()) line.close();
    this.#save();
  }

  /** From where it stopped to now as fast as the server takes it, then on with the clock. */
  async #playMain(): Promise<void> {
    for (;;) {
      const until = Math.min(this.#now(), this.#cursor + CHUNK);
      for (const act of this.#script.between(this.#cursor, until)) {
        if (this.#stopped) return;
        if (this.#isPast(act)) continue;
        await this.#tell(act, 'main');
      }
      this.#cursor = until;
      if (until < this.#now() - MINUTE) continue;
      this.#tellCaughtUp();
      await pause(200);
      if (this.#stopped) return;
    }
  }

  /** Earlier results of the chronically ill: trends for the first screen. */
  async #playEarlier(): Promise<void> {
    const reports = earlierReports(this.world, this.#memory.firstDay);
    for (let index = this.#memory.earlier; index < reports.length && !this.#stopped; index++) {
      await this.#send(reports[index]!(), { at: index, track: 'earlier' });
      this.#earlierPosted = index + 1;
    }
  }

  /** What a fault brought about before the first day comes before all else: little, and what people start the region with a fault to see. */
  async #playPastCaused(): Promise<void> {
    while (this.#pastCausedCursor !== undefined && !this.#stopped) {
      const until = Math.min(this.#memory.firstStart, this.#pastCausedCursor + DAY);
      for (const act of this.#script.between(this.#pastCausedCursor, until)) {
        if (this.#stopped) return;
        if (this.#isPast(act) && act.cause !== undefined) await this.#tell(act, 'past-caused');
      }
      this.#pastCausedCursor = until < this.#memory.firstStart ? until : undefined;
    }
  }

  /** The stories of the days before the first start, slowly, once the main play has caught up. */
  async #playPast(): Promise<void> {
    await this.caughtUp;
    while (this.#pastCursor !== undefined && !this.#stopped) {
      const until = Math.min(this.#memory.firstStart, this.#pastCursor + CHUNK);
      for (const act of this.#script.between(this.#pastCursor, until)) {
        if (this.#stopped) return;
        // Case reports of these days come in the batches.
        if (!this.#isPast(act) || act.cause !== undefined || act.kind === 'e2b') continue;
        await this.#tell(act, 'past');
        await pause(1000 / PAST_PER_SECOND);
      }
      this.#pastCursor = until < this.#memory.firstStart ? until : undefined;
    }
  }

  /** Case reports of the years before, once the main play has caught up: a few batches, without which no report would look unusual. */
  async #playBatches(): Promise<void> {
    await this.caughtUp;
    if (this.#stopped) return;
    const batches = pastReports(this.world, this.#memory.firstDay);
    for (let index = this.#batchesPosted; index < batches.length && !this.#stopped; index++) {
      await this.#report(batches[index]!.make(), { at: index, track: 'batches' });
      this.#batchesPosted = index + 1;
      await pause(BETWEEN_BATCHES_MS);
    }
  }

  /** What emergency stores held and issued in the weeks before. */
  async #playStocks(): Promise<void> {
    await this.caughtUp;
    const [counts, movements] = [
      stockCounts(this.world, this.#memory.firstDay),
      stockMovements(this.world, this.#memory.firstDay),
    ];
    const acts = [
      ...counts.map((store) => () => this.#http.countStocks(store)),
      ...movements.map((movement) => () => this.#http.moveStock(movement)),
    ];
    for (let index = this.#stocksPosted; index < acts.length && !this.#stopped; index++) {
      await this.#post.send('stocks', 1, { at: index, track: 'stocks', deliver: acts[index]! });
      this.#stocksPosted = index + 1;
      await pause(1000 / PAST_PER_SECOND);
    }
  }

  /** Cases of the years before, so that detectors that look back have something to look at. */
  async #playHistory(): Promise<void> {
    await this.caughtUp;
    if (this.#stopped) return;
    const parts = caseHistory(this.world, this.#memory.firstDay);
    for (let index = this.#historyPosted; index < parts.length && !this.#stopped; index++) {
      const transaction = parts[index]!();
      await this.#post.send('history', 1, {
        at: index,
        track: 'history',
        deliver: () => this.#http.transact(transaction),
      });
      this.#historyPosted = index + 1;
      await pause(BETWEEN_BATCHES_MS);
    }
  }

  #report(batch: string, place: Pick<Parcel, 'at' | 'track'>): Promise<void> {
    return this.#post.send('e2b', 1, { ...place, deliver: () => this.#http.report(batch) });
  }

  /** A story from before the first day, told up to the first start: the background play's business. */
  #isPast(act: Act): boolean {
    return act.story < this.#memory.firstDay && act.at <= this.#memory.firstStart;
  }

  async #tell(act: Act, track: string): Promise<void> {
    if (act.truth) this.#truth.write(act.at, act.truth);
    const place = { at: act.at, track };
    switch (act.kind) {
      case 'hl7':
        return await this.#send(act.make(), place);
      case 'fhir': {
        const transaction = act.make();
        return await this.#post.send('fhir', HTTP_WORKERS, {
          ...place,
          deliver: () => this.#http.transact(transaction),
        });
      }
      case 'e2b':
        return await this.#report(act.make(), place);
      case 'epcis': {
        const events = act.make();
        if (events.length === 0) return;
        return await this.#post.send('epcis', HTTP_WORKERS, { ...place, deliver: () => this.#http.capture(events) });
      }
    }
  }

  /** One line per sender, one message under way on each; the faults of the wire happen here. */
  async #send(message: Hl7Message, place: Pick<Parcel, 'at' | 'track'>): Promise<void> {
    const { sender, controlId } = message;
    const bytes = encodeText(message.text, message.charset);
    const fault = this.#wireFault(place.at, controlId);
    let unheard = fault?.kind === 'lost-message';
    const deliver = async (): Promise<void> => {
      const line = this.#lineOf(sender);
      if (unheard) {
        unheard = false;
        await line.sendUnheard(bytes);
        throw new Error('the answer was lost');
      }
      const answer = await line.send(bytes, controlId);
      if (!/^[AC]A$/.test(answer.code)) throw new Refused(`${answer.code}: ${answer.text}`);
      if (fault?.kind === 'duplicate') await line.send(bytes, controlId);
    };
    if (fault) this.#truth.write(place.at, wireTruth(fault, message));
    await this.#post.send(`mllp ${sender}`, 1, { ...place, deliver });
  }

  #wireFault(at: number, controlId: string): Fault | undefined {
    return this.#script.faults.find(
      (fault) =>
        (fault.kind === 'lost-message' || fault.kind === 'duplicate') &&
        at >= fault.from &&
        at < fault.until &&
        random(this.world.seed, fault.id, controlId).chance(fault.share ?? 0),
    );
  }

  #lineOf(sender: string): MllpLine {
    const known = this.#lines.get(sender);
    if (known) return known;
    const line = new MllpLine({ host: this.#host, port: this.#options.mllpPort });
    this.#lines.set(sender, line);
    return line;
  }

  /** Sensors measure by the clock, whatever else is being caught up. */
  async #drive(): Promise<void> {
    const from = Math.max(startOfDay(this.#memory.firstDay), this.#cursor);
    while (!this.#stopped) {
      this.#fleet.advance(this.#now(), from);
      await pause(1000);
    }
  }

  async #remember(): Promise<void> {
    while (!this.#stopped) {
      await pause(2000);
      this.#save();
    }
  }

  #save(): void {
    const memory = this.#memory;
    memory.clock = (this.#post.oldest('main') ?? this.#cursor + 1) - 1;
    keepCursor(memory, 'past', this.#post.oldest('past'), this.#pastCursor);
    keepCursor(memory, 'pastCaused', this.#post.oldest('past-caused'), this.#pastCausedCursor);
    memory.earlier = this.#post.oldest('earlier') ?? this.#earlierPosted;
    memory.batches = this.#post.oldest('batches') ?? this.#batchesPosted;
    memory.history = this.#post.oldest('history') ?? this.#historyPosted;
    memory.stocks = this.#post.oldest('stocks') ?? this.#stocksPosted;
    memory.faults = [...this.#script.faults];
    memory.ticks = this.#fleet.delivered;
    writeMemory(this.#options.stateFile, memory);
  }

  #setFaults(faults: readonly Fault[]): void {
    this.#script.changeFaults(faults);
    this.#save();
  }

  get #host(): string {
    return new URL(this.#options.url).hostname;
  }

  #realNow(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #now(): number {
    const { real, simulated } = this.#anchor;
    return simulated + (this.#realNow() - real) * (this.#options.speed ?? 1);
  }

  /** The first of each reason in full; all are counted in the status. */
  #tellTrouble(event: string, lane: string, error: unknown): void {
    const reason = reasonOf(error);
    const kind = `${event} ${lane.split(' ')[0]} ${reason.slice(0, 40)}`;
    if (this.#troublesTold.has(kind) || this.#troublesTold.size >= 50) return;
    this.#troublesTold.add(kind);
    this.#log({ event, lane, reason });
  }

  #log(line: Record<string, unknown>): void {
    this.#options.log?.(line);
  }
}

/** Grows over days, so that it begins days before there is something to see. */
const isCluster = (kind: FaultKind): boolean => kind === 'measles' || kind === 'bad-lot';

function firstMemory({
  seed,
  scale,
  now,
  historyDays,
}: {
  seed: number;
  scale: number;
  now: number;
  historyDays: number;
}): Memory {
  const firstDay = dayOf(now);
  const clock = startOfDay(firstDay);
  const back = (days: number): number => startOfDay(dayAfter(firstDay, -days));
  const past =
    historyDays > 0 ? { past: back(historyDays), pastCaused: back(Math.max(historyDays, CLUSTER_DAYS)) } : {};
  return { version: 1, seed, scale, clock, firstDay, firstStart: now, ...past, earlier: 0, faults: [], ticks: {} };
}

/** From just before what is not delivered yet; when all is told and delivered, the cursor goes. */
function keepCursor(
  memory: Memory,
  name: 'past' | 'pastCaused',
  undelivered: number | undefined,
  told: number | undefined,
): void {
  const at = undelivered === undefined ? told : undelivered - 1;
  if (at === undefined) delete memory[name];
  else memory[name] = at;
}

function wireTruth(fault: Fault, { sender, controlId }: Hl7Message): Truth {
  return { fault: fault.id, id: `${fault.kind}-${controlId}`, detail: { sender, controlId } };
}

/** What went wrong, with what lay behind it: a failed fetch says why only in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
