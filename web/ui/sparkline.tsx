/** A line without axes: the shape of the last hours beside a number. Drawn by hand, because a wall shows a dozen of them. */
export function Sparkline({
  values,
  label,
  colour = 'currentColor',
}: {
  values: readonly number[];
  label: string;
  colour?: string;
}) {
  const most = Math.max(1, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.map((value, at) => `${(at * step).toFixed(2)},${(23 - (value / most) * 21).toFixed(2)}`);
  return (
    <svg
      viewBox="0 0 100 24"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      style={{ width: '100%', height: '100%' }}
    >
      <polygon points={`0,24 ${points.join(' ')} 100,24`} fill={colour} opacity="0.16" />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke={colour}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}
