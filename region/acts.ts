import { type Adverse, batchOf, planReports } from './adverse.ts';
import type { Analyte } from './catalogue.ts';
import { arrivalEvents, departureEvents, type EpcisEvent, pickUpEvents } from './epcis.ts';
import { daysBehind, delayed, type Fault, findSwap, measlesOrders, warmFault } from './faults.ts';
import { orderTransaction, type Transaction } from './fhir.ts';
import { admissionMessage, type Hl7Message, orderMessage, reportMessage, strangerMessage } from './hl7.ts';
import { type Journey, planJourneys, type Report } from './journey.ts';
import { byCollection, type Order } from './orders.ts';
import { measure, type Reading } from './physiology.ts';
import { random } from './random.ts';
import { planRounds } from './rounds.ts';
import { dayOf, MINUTE, SECOND } from './time.ts';
import type { World } from './world.ts';

/** One thing somebody in the region tells the server at a time. */
export type Act = {
  at: number;
  /** The day whose orders (or rounds) it belongs to. */
  story: string;
  /** The fault that brought it about; the ordinary has none. */
  cause?: string;
  /** What a fault had to do with it, for the truth log. */
  truth?: Truth;
} & (
  | { kind: 'hl7'; make(): Hl7Message }
  | { kind: 'fhir'; make(): Transaction }
  | { kind: 'epcis'; make(): EpcisEvent[] }
  | { kind: 'e2b'; make(): string }
);

/** What really happened, as opposed to what the server is told. */
export interface Truth {
  fault: string;
  /** Unique; a repeated play writes it once. */
  id: string;
  detail: Record<string, unknown>;
}

/** An order's story is over after so many days: two to the pick-up, two in the laboratory, one for a correction. */
const STORY_DAYS = 5;

/**
 * Everything that is told between two times, in order.
 *
 * Nothing is remembered but for speed: world, faults and times decide, so a restarted region goes on where it stopped.
 */
export class Script {
  readonly #world: World;
  #faults: readonly Fault[];
  readonly #journeys = new Map<string, readonly Journey[]>();
  readonly #acts = new Map<string, readonly Act[]>();

  constructor(world: World, faults: readonly Fault[] = []) {
    this.#world = world;
    this.#faults = faults;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  changeFaults(faults: readonly Fault[]): void {
    this.#faults = faults;
    this.#journeys.clear();
    this.#acts.clear();
  }

  /** Later than `after` and not later than `until`. */
  between(after: number, until: number): Act[] {
    const days = new Set([...daysBehind(after, STORY_DAYS), ...daysBehind(until, STORY_DAYS)]);
    return [...days]
      .flatMap((day) => this.#actsOf(day))
      .filter((act) => act.at > after && act.at <= until)
      .sort((a, b) => a.at - b.at);
  }

  journeys(day: string): readonly Journey[] {
    return remember(this.#journeys, day, () =>
      planJourneys(this.#world, day, measlesOrders(this.#world, this.#faults, day)).sort((a, b) =>
        byCollection(a.order, b.order),
      ),
    );
  }

  /** Tubes that could be mixed up soon. */
  findSwap(from: number): Fault['swap'] {
    return findSwap(this.journeys(dayOf(from)), from);
  }

  #actsOf(day: string): readonly Act[] {
    return remember(this.#acts, day, () => [
      ...this.journeys(day).flatMap((journey) => this.#tellOrder(journey, day)),
      ...this.#tellRounds(day),
      ...this.#tellAdverse(day),
    ]);
  }

  #tellOrder(journey: Journey, story: string): Act[] {
    const { order, receivedAt, reports } = journey;
    const told = order.collectedAt + 2 * MINUTE;
    const acts: Act[] = [...this.#admit(order, story)];
    const cause: Truth | undefined = order.cause
      ? {
          fault: order.cause,
          id: `case-${order.number}`,
          detail: {
            order: order.number,
            healthCard: order.person.healthCard,
            place: order.site.place.id,
            findings: order.findings,
          },
        }
      : undefined;
    acts.push(this.#requestAct(order, order.requests, told, story, cause));
    if (order.addOn)
      acts.push(
        this.#requestAct(
          order,
          [order.addOn.request],
          receivedAt + Math.round(order.addOn.afterMinutes * MINUTE) - MINUTE,
          story,
        ),
      );
    for (const report of reports) acts.push(this.#reportAct(report, story));
    return order.cause === undefined ? acts : acts.map((act) => ({ ...act, cause: order.cause! }));
  }

  /** Hospitals report each suspected reaction by itself, in a batch that bears its number. */
  #tellAdverse(story: string): Act[] {
    return planReports(this.#world, story, this.#faults).map((adverse) => ({
      at: adverse.reportedAt,
      story,
      kind: 'e2b',
      make: batchOf([adverse], adverse.id).make,
      ...(adverse.cause === undefined ? {} : { cause: adverse.cause, truth: lotTruth(adverse, adverse.cause) }),
    }));
  }

  #requestAct(order: Order, requests: Order['requests'], at: number, story: string, truth?: Truth): Act {
    const common = { at, story, ...(truth ? { truth } : {}) };
    return order.site.kind === 'hospital'
      ? { ...common, kind: 'hl7', make: () => orderMessage(order, requests, at) }
      : { ...common, kind: 'fhir', make: () => orderTransaction(order, requests) };
  }

  /** Registrations at hospitals; now and then changed data, seldom two records that turn out to be one person. */
  #admit(order: Order, story: string): Act[] {
    if (order.site.kind !== 'hospital') return [];
    const draw = random(this.#world.seed, 'admission', order.number);
    const at = order.orderedAt - 2 * MINUTE;
    const acts: Act[] = [];
    if (draw.chance(0.35)) acts.push({ at, story, kind: 'hl7', make: () => admissionMessage('A04', order, at) });
    else if (draw.chance(0.04)) acts.push({ at, story, kind: 'hl7', make: () => admissionMessage('A08', order, at) });
    if (draw.chance(0.004)) {
      const came = at - 20 * MINUTE;
      const found = order.collectedAt + 30 * MINUTE;
      acts.push({ at: came, story, kind: 'hl7', make: () => strangerMessage(order, came) });
      acts.push({ at: found, story, kind: 'hl7', make: () => admissionMessage('A40', order, found) });
    }
    return acts;
  }

  #reportAct(report: Report, story: string): Act {
    const { laboratory } = report.order.site;
    const { at, fault } = delayed(this.#faults, report, laboratory.index);
    const swap = this.#swappedWith(report);
    const truth: Truth | undefined = swap
      ? {
          fault: swap.fault.id,
          id: `swap-${report.id}`,
          detail: {
            accession: report.accession,
            contains: swap.accession,
            of: report.order.person.healthCard,
            really: swap.order.person.healthCard,
          },
        }
      : fault && {
          fault: fault.id,
          id: `late-${report.id}`,
          detail: { report: report.id, dueAt: new Date(report.reportedAt).toISOString() },
        };
    const make = (): Hl7Message =>
      reportMessage({ report: { ...report, reportedAt: at }, laboratory, ...this.#readings(report, swap) });
    return { at, story, kind: 'hl7', make, ...(truth ? { truth } : {}) };
  }

  #readings(report: Report, swap?: Swap): { readings: Map<string, Reading>; only?: Set<string> } {
    const source = swap?.order ?? report.order;
    const analytes = report.requests
      .flatMap((request) => request.panel.analytes)
      .filter((analyte) => analyte.shape !== 'presence');
    const sample = {
      seed: this.#world.seed,
      person: source.person,
      at: source.collectedAt,
      tube: swap?.accession ?? report.accession,
    };
    const right = byKey(measure(sample, analytes));
    const wrong = report.correction?.analyte ?? this.#correctedLater(report);
    if (!wrong) return { readings: right };
    if (report.correction) return { readings: right, only: new Set([wrong.key]) };
    const repeat = measure({ ...sample, tube: `${sample.tube}-first` }, [wrong])[0]!;
    return { readings: new Map([...right, [wrong.key, repeat]]) };
  }

  /** The first report of a tube that a later one corrects carries the wrong value. */
  #correctedLater(report: Report): Analyte | undefined {
    const journey = this.journeys(dayOf(report.order.orderedAt)).find(
      (each) => each.order.number === report.order.number,
    );
    return journey?.reports.find((each) => each.correction?.of === report.id)?.correction?.analyte;
  }

  #swappedWith(report: Report): Swap | undefined {
    for (const fault of this.#faults) {
      if (!fault.swap) continue;
      const { day, one, other } = fault.swap;
      const accession = report.accession === one ? other : report.accession === other ? one : undefined;
      if (accession === undefined) continue;
      const order = this.journeys(day).find((journey) =>
        journey.order.requests.some((request) => request.accession === accession),
      )?.order;
      if (order) return { fault, accession, order };
    }
    return undefined;
  }

  #tellRounds(day: string): Act[] {
    const carried = daysBehind(Date.parse(`${day}T12:00:00+08:00`), 2).flatMap((each) => this.journeys(each));
    const byRound = Map.groupBy(carried, (journey) => journey.round.id);
    return this.#world.vehicles.flatMap((vehicle) =>
      planRounds(this.#world.seed, vehicle, day).flatMap((round): Act[] => {
        const load = byRound.get(round.id) ?? [];
        const warm = warmFault(this.#faults, round);
        const stops = round.stops.flatMap((stop): Act[] => {
          const here = load.filter((journey) => journey.order.site === stop.site);
          return here.length === 0
            ? []
            : [
                {
                  at: stop.leaveAt,
                  story: day,
                  kind: 'epcis',
                  make: () => pickUpEvents(this.#world, round, stop, here),
                },
              ];
        });
        const truth: Truth | undefined = warm && {
          fault: warm.id,
          id: `warm-${round.id}`,
          detail: {
            vehicle: vehicle.number,
            device: vehicle.device,
            round: round.id,
            accessions: load.flatMap(({ order }) => order.requests.map((request) => request.accession)),
          },
        };
        return [
          { at: round.departAt, story: day, kind: 'epcis', make: () => departureEvents(this.#world, round) },
          ...stops,
          {
            at: round.returnAt + 5 * MINUTE + SECOND,
            story: day,
            kind: 'epcis',
            make: () => arrivalEvents(this.#world, round, load),
            ...(truth ? { truth } : {}),
          },
        ];
      }),
    );
  }
}

function lotTruth({ id, product, lot, reaction, site }: Adverse, fault: string): Truth {
  const detail = { report: id, product: product.key, lot, reaction: reaction.key, city: site.place.city };
  return { fault, id: `lot-${id}`, detail };
}

interface Swap {
  fault: Fault;
  accession: string;
  order: Order;
}

function byKey(readings: readonly Reading[]): Map<string, Reading> {
  return new Map(readings.map((reading) => [reading.analyte.key, reading]));
}

/** Keeps ten days and forgets the oldest. */
function remember<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (map.size >= 10) map.delete(map.keys().next().value!);
  map.set(key, made);
  return made;
}
