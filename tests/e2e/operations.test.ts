import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Operations, Vehicle } from '../../web/operations/model.ts';
import { type Account, findBarriers, hasChromium, openBrowser, signIn, type Visit, visit } from './browser.ts';
import { type StandIn, standBefore } from './operations-stand-in.ts';

/**
 * Goal: the live screen shows what it is told, at once, and admits when it is told nothing.
 * Method: the true program and a true browser; only the stream is directed by the test, so that each event, and each silence, comes when it should.
 */
const STATES = ['in-range', 'warning', 'excursion', 'silent'] as const;
const AT = '2026-01-02T00:00:00.000Z';

const vehicle = (at: number): Vehicle => ({
  id: `van-${at}`,
  name: `粤A·0000${at}`,
  lon: 113.1 + at * 0.25,
  lat: 22.95,
  heading: 90,
  speedKmh: 40,
  temperatureC: at === 3 ? null : 4 + at * 2.5,
  state: STATES[at] as (typeof STATES)[number],
  boxes: 2,
  samples: 40,
  at: AT,
});

const SAMPLE: Operations = {
  at: AT,
  coverage: [
    {
      id: 'clinic',
      name: { en: 'Nansha Clinic', zh: '南沙诊所' },
      lon: 113.5,
      lat: 22.75,
      kind: 'clinic',
      key: false,
      samplesToday: 400,
    },
    {
      id: 'key',
      name: { en: 'Central Hospital', zh: '中心医院' },
      lon: 113.25,
      lat: 23.2,
      kind: 'hospital',
      key: true,
      samplesToday: 90,
    },
    {
      id: 'lab',
      name: { en: 'Headquarters', zh: '总部' },
      lon: 113.6,
      lat: 23.2,
      kind: 'laboratory',
      key: false,
      samplesToday: 0,
    },
  ],
  vehicles: [0, 1, 2, 3].map(vehicle),
  today: {
    orders: 1_234,
    samples: 2_345,
    results: 34_567,
    inTransit: 160,
    turnaroundMedianMin: 217,
    turnaroundP90Min: 394,
    alarms: 1,
    deadLetters: 0,
  },
  hourly: [0, 1, 2].map((hour) => ({
    hour: `2026-01-02T0${hour}:00:00Z`,
    orders: hour,
    samples: hour * 2,
    results: hour * 9,
  })),
  alarms: [
    {
      id: 'a1',
      at: AT,
      deviceId: 'd1',
      vehicleId: 'van-2',
      boxId: 'box-7',
      kind: 'above',
      temperatureC: 9,
      minutes: 12,
      state: 'open',
    },
  ],
};

describe.skipIf(!hasChromium)('the live screen', () => {
  let browser: Browser;
  let director: Account;
  let standIn: StandIn;
  let told: Operations;
  let one: Visit;

  const show = async (width: number, height: number, language: 'en' | 'zh' = 'en') => {
    one = await visit(browser, { url: standIn.url, width, height, language });
    await signIn(one, director);
    await one.page.goto('/operations');
    await one.page.locator('.ops-link.is-live').waitFor();
    await one.page.locator('.ops-map canvas').first().waitFor();
  };

  beforeAll(async () => {
    browser = await openBrowser();
    director = inject('screen').accounts.find(({ roles }) => roles.includes('laboratory-director')) as Account;
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    told = SAMPLE;
    standIn = await standBefore(inject('screen').url, () => told);
  });
  afterEach(async () => {
    await one?.close();
    await standIn.close();
  });

  test('every sign of the legend is drawn on the map in its colour, and none where nothing is told', async () => {
    told = { ...SAMPLE, coverage: [], vehicles: [], alarms: [] };
    await show(1440, 900);
    const signs = {
      coverage: [246, 196, 68],
      key: [255, 92, 92],
      laboratory: [126, 214, 255],
      'in-range': [63, 224, 176],
      warning: [255, 158, 44],
      excursion: [255, 64, 129],
      silent: [150, 166, 163],
    };
    await one.page.waitForTimeout(2_000); // an empty map is no sooner drawn than a full one
    expect(await missingColours(one, signs)).toEqual(Object.keys(signs));
    standIn.say('snapshot', SAMPLE);
    await expect.poll(async () => missingColours(one, signs), { timeout: 30_000, interval: 500 }).toEqual([]);
    expect(one.troubles).toEqual([]);
  });

  test('the figures stand there with their shapes', async () => {
    await show(1440, 900);
    const shown = await one.page.locator('.ops-left').textContent();
    for (const figure of ['1,234', '2,345', '34,567', '160', '3 h 37 min', '6 h 34 min'])
      expect(shown).toContain(figure);
    expect(await one.page.locator('.ops-spark svg[role="img"]').count()).toBe(3);
  });

  test('figures, vehicles and alarms change by what is pushed, and nothing is asked for again', async () => {
    await show(1440, 900);
    const asked = standIn.asked();
    standIn.say('today', { ...SAMPLE.today, results: 40_000 });
    standIn.say('vehicles', [
      { ...vehicle(0), state: 'excursion', temperatureC: 11.5, at: '2026-01-02T00:01:00.000Z' },
    ]);
    standIn.say('alarm', {
      ...SAMPLE.alarms[0],
      id: 'a2',
      at: '2026-01-02T00:01:00.000Z',
      vehicleId: 'van-0',
      kind: 'below',
      temperatureC: -3,
    });
    await one.page.getByText('40,000').waitFor();
    expect(await one.page.locator('.ops-list li').first().textContent()).toContain('Too cold');
    await one.page.getByRole('tab', { name: /^Vehicles/ }).click();
    expect(await one.page.locator('[role="tabpanel"]:visible').textContent()).toContain('11.5 °C');
    expect(standIn.asked()).toBe(asked);
    expect(one.troubles).toEqual([]);
  });

  test('a line that is lost is said, and taken up with what was missed', async () => {
    await show(1440, 900);
    standIn.cut();
    await one.page.locator('.ops-link.is-lost').waitFor();
    expect(await one.page.locator('.ops-link').textContent()).toContain('Connection lost');
    told = { ...SAMPLE, today: { ...SAMPLE.today, orders: 9_999 } };
    standIn.mend();
    await one.page.locator('.ops-link.is-live').waitFor({ timeout: 60_000 });
    await one.page.getByText('9,999').waitFor();
  });

  test('paused, it holds still and hears nothing; going on, it is up to date', async () => {
    await show(1440, 900);
    await one.page.getByRole('button', { name: 'Pause' }).click();
    await one.page.locator('.ops-link.is-paused').waitFor();
    await expect.poll(() => standIn.listening()).toBe(0);
    told = { ...SAMPLE, today: { ...SAMPLE.today, orders: 8_888 } };
    expect(await one.page.getByText('8,888').count()).toBe(0);
    await one.page.getByRole('button', { name: 'Go on' }).click();
    await one.page.getByText('8,888').waitFor();
  });

  test('a vehicle is found in the list, shown on the map, and opened there by a click', async () => {
    await show(1440, 900);
    await one.page.getByRole('tab', { name: /^Vehicles/ }).click();
    await one.page.getByRole('button', { name: /粤A·00001/ }).click();
    const drawer = one.page.getByRole('dialog');
    await drawer.getByText('6.5 °C').waitFor();
    expect(await findBarriers(one)).toEqual([]);
    await drawer.getByRole('button', { name: 'Show on the map' }).click();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await drawer.waitFor({ state: 'hidden' });
    await one.page.waitForTimeout(1_500); // the flight to the vehicle
    const box = (await one.page.locator('.ops-map').boundingBox()) as {
      x: number;
      y: number;
      width: number;
      height: number;
    };
    await one.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await drawer.getByText('6.5 °C').waitFor();
    expect(one.troubles).toEqual([]);
  });

  test.each([
    ['a wall', 3840, 2160, 28],
    ['a desk', 1440, 900, 14],
    ['a hand', 390, 844, 13],
  ] as const)('on %s it fills the window, is read, and shuts nobody out', async (_name, width, height, leastPx) => {
    await show(width, height, 'zh');
    const { fontPx, wide, high } = await one.page.evaluate(() => ({
      fontPx: Number.parseFloat(getComputedStyle(document.querySelector('.ops') as Element).fontSize),
      wide: document.documentElement.scrollWidth,
      high: document.documentElement.scrollHeight,
    }));
    expect(fontPx).toBeGreaterThanOrEqual(leastPx);
    expect([wide, high]).toEqual([width, height]);
    expect(await findBarriers(one)).toEqual([]);
    if (width < 720) {
      await one.page.locator('.ops-handle').click();
      await one.page.getByText('南沙诊所').or(one.page.getByRole('tab').first()).first().waitFor();
      expect(await findBarriers(one)).toEqual([]);
    }
    expect(one.troubles).toEqual([]);
  });
});

/** The names of the colours of which the map shows fewer than a dozen pixels. The picture is read in the page, which has a decoder. */
async function missingColours({ page }: Visit, colours: Record<string, readonly number[]>): Promise<string[]> {
  const picture = (await page.locator('.ops-map').screenshot()).toString('base64');
  return page.evaluate(
    async ([base64, wanted]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext(
        '2d',
      ) as OffscreenCanvasRenderingContext2D;
      pen.drawImage(bitmap, 0, 0);
      // Without what lies over the map: the panels and the legend have the same colours.
      const { data } = pen.getImageData(300, 0, bitmap.width - 660, bitmap.height - 260);
      return Object.entries(wanted)
        .filter(([, [red = 0, green = 0, blue = 0]]) => {
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const away =
              Math.abs((data[at] ?? 0) - red) +
              Math.abs((data[at + 1] ?? 0) - green) +
              Math.abs((data[at + 2] ?? 0) - blue);
            if (away <= 6) count += 1; // the half-tones at the edges of the names come as near as 10
          }
          return count < 12;
        })
        .map(([name]) => name);
    },
    [picture, colours] as const,
  );
}
