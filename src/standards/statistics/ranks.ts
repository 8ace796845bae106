/** Ranks from 1, equal values sharing the mean of theirs, and how many share each rank that is shared. NaN is not expected. */
export function ranks(values: ArrayLike<number>): { values: Float64Array; ties: number[] } {
  const order = Uint32Array.from({ length: values.length }, (_, at) => at);
  order.sort((one, two) => values[one]! - values[two]!);
  const found = new Float64Array(values.length);
  const ties: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let at = from; at < to; at += 1) found[order[at]!] = (from + to + 1) / 2;
    if (to - from > 1) ties.push(to - from);
    from = to;
  }
  return { values: found, ties };
}
