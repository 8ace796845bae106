/** A temperature held for some time. */
export interface TemperatureSpan {
  temperatureC: number;
  minutes: number;
}

/** USP <1160>: the activation energy over the gas constant, 83.144 kJ/mol / 8.3144e-3 kJ/mol/K. */
const ACTIVATION_K = 10_000;
const ZERO_CELSIUS_K = 273.15;

/**
 * The one temperature that would have aged a product as much as the course did.
 *
 * It sees heat only: a freeze leaves it untouched, so it never stands without a freeze rule beside it.
 *
 * @returns degrees Celsius, or undefined when nothing was measured
 *
 * Source: USP <1160>, Haynes 1971; unequal spans are weighted by their duration.
 */
export function meanKineticTemperature(spans: readonly TemperatureSpan[]): number | undefined {
  const minutes = spans.reduce((sum, span) => sum + span.minutes, 0);
  if (!(minutes > 0)) return undefined;
  // Shifted by the warmest span, so that the exponentials neither overflow nor vanish.
  const warmest = Math.max(...spans.map((span) => span.temperatureC)) + ZERO_CELSIUS_K;
  let sum = 0;
  for (const span of spans) {
    const kelvin = span.temperatureC + ZERO_CELSIUS_K;
    sum += span.minutes * Math.exp(ACTIVATION_K / warmest - ACTIVATION_K / kelvin);
  }
  return ACTIVATION_K / (ACTIVATION_K / warmest - Math.log(sum / minutes)) - ZERO_CELSIUS_K;
}

export interface Exposure {
  minutesAbove: number;
  minutesBelow: number;
  minutesWithin: number;
}

/** Minutes above, below and within two limits; a limit belongs to what it bounds. */
export function exposureOf(
  spans: readonly TemperatureSpan[],
  { lowC, highC }: { lowC: number; highC: number },
): Exposure {
  const exposure: Exposure = { minutesAbove: 0, minutesBelow: 0, minutesWithin: 0 };
  for (const { temperatureC, minutes } of spans) {
    if (temperatureC > highC) exposure.minutesAbove += minutes;
    else if (temperatureC < lowC) exposure.minutesBelow += minutes;
    else exposure.minutesWithin += minutes;
  }
  return exposure;
}
