import { parseAcknowledgement } from '#standards/e2b';
import type { EpcisEvent } from './epcis.ts';
import { captureDocument } from './epcis.ts';
import type { Transaction } from './fhir.ts';
import { Failed, pause, Refused } from './post.ts';
import type { Movement } from './stocks.ts';

const TIMEOUT_MS = 30_000;

/** The server's HTTP doors as a clinic's and a courier's software use them. */
export class HttpDoor {
  readonly #url: string;
  readonly #token: string;

  constructor(options: { url: string; token: string }) {
    this.#url = options.url.replace(/\/$/, '');
    this.#token = options.token;
  }

  /** A FHIR transaction. Its entries are conditional, so that sending it again doubles nothing. */
  async transact(transaction: Transaction): Promise<void> {
    const response = await this.#post('/fhir', 'application/fhir+json', transaction);
    await refuseUnlessOk(response);
    await response.arrayBuffer();
  }

  /** An EPCIS capture, followed until the server is through with it. Events it has already are no failure. */
  async capture(events: readonly EpcisEvent[]): Promise<void> {
    const response = await this.#post('/epcis/capture', 'application/json', captureDocument(events), {
      'GS1-Capture-Error-Behaviour': 'proceed',
    });
    await refuseUnlessOk(response);
    await response.arrayBuffer();
    const location = response.headers.get('location');
    if (location) await this.#awaitCapture(new URL(location, this.#url));
  }

  /** A batch of case reports. The same bytes again get the same answer and change nothing. */
  async report(batch: string): Promise<void> {
    const response = await this.#fetch(new URL(`${this.#url}/api/signals/reports/e2b`), {
      method: 'POST',
      headers: { ...this.#headers(), accept: 'application/xml', 'content-type': 'application/xml' },
      body: batch,
    });
    await refuseUnlessOk(response);
    const { acknowledgement } = parseAcknowledgement(await response.text());
    if (acknowledgement?.code === 'AA') return;
    const refused = acknowledgement?.reports?.find(({ code }) => code !== 'CA');
    const why = refused?.detail ?? acknowledgement?.detail;
    throw new Refused(
      `case reports: ${acknowledgement?.code ?? 'no answer'} ${JSON.stringify(why ?? '').slice(0, 400)}`,
    );
  }

  /** What a product's information lists. The same again changes nothing. */
  async listReactions(listed: object): Promise<void> {
    const response = await this.#fetch(new URL(`${this.#url}/api/signals/safety/listed`), {
      method: 'PUT',
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(listed),
    });
    await refuseUnlessOk(response);
    await response.arrayBuffer();
  }

  /** What a store holds. The same again changes nothing. */
  async countStocks(counts: readonly object[]): Promise<void> {
    const response = await this.#fetch(new URL(`${this.#url}/api/signals/stocks/counts`), {
      method: 'PUT',
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify({ counts }),
    });
    await refuseUnlessOk(response);
    await response.arrayBuffer();
  }

  /** A movement that the platform does not know by its note yet. */
  async moveStock(movement: Movement): Promise<void> {
    const asked = new URLSearchParams({ site: movement.site, item: movement.item, limit: '1000' });
    const known = await this.#fetch(new URL(`${this.#url}/api/signals/stocks/movements?${asked}`), {
      headers: this.#headers(),
    });
    await refuseUnlessOk(known);
    const { movements } = (await known.json()) as { movements: { note: string }[] };
    if (movements.some(({ note }) => note === movement.note)) return;
    const response = await this.#post('/api/signals/stocks/movements', 'application/json', movement);
    await refuseUnlessOk(response);
    await response.arrayBuffer();
  }

  async #awaitCapture(job: URL): Promise<void> {
    for (let waitMs = 20; waitMs < 6000; waitMs *= 2) {
      const response = await this.#fetch(job, { headers: this.#headers() });
      await refuseUnlessOk(response);
      const state = (await response.json()) as {
        running?: boolean;
        success?: boolean;
        errors?: { type?: string; title?: string; status?: number }[];
      };
      if (state.running !== true) {
        const errors = (state.errors ?? []).filter(
          (error) => error.status !== 409 && !/duplicate|exists/i.test(`${error.type} ${error.title}`),
        );
        if (errors.length > 0)
          throw new Refused(
            `capture: ${errors.length} events were not taken, first: ${errors[0]?.title ?? errors[0]?.type ?? 'no reason'}`,
          );
        return;
      }
      await pause(waitMs);
    }
  }

  #post(path: string, type: string, body: unknown, more: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(new URL(this.#url + path), {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': type, ...more },
      body: JSON.stringify(body),
    });
  }

  /** Answers that may differ next time are errors to try again after. */
  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const passing = response.status >= 500 || [401, 408, 409, 425, 429].includes(response.status);
    if (!passing) return response;
    const text = (await response.text()).slice(0, 300);
    if (response.status === 429) await pause(Math.min(Number(response.headers.get('retry-after') ?? 1), 30) * 1000);
    throw new Failed(`${response.status} from ${url.pathname}: ${text}`);
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, accept: 'application/json' };
  }
}

async function refuseUnlessOk(response: Response): Promise<void> {
  if (!response.ok) throw new Refused(`${response.status}: ${(await response.text()).slice(0, 400)}`);
}
