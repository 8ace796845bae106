/** Texts of one module by key; nested groups are addressed with dots: `orders.title`. */
export interface Texts {
  [key: string]: string | Texts;
}

type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> };

/**
 * A module's texts in both languages. The compiler refuses a key that one language lacks;
 * `web/messages.test.ts` proves the same at run time, with the placeholders too.
 */
export function catalogue<T extends Texts>(texts: { en: T; zh: NoInfer<Same<T>> }): { en: Texts; zh: Texts } {
  return texts as { en: Texts; zh: Texts };
}

/** Catalogues of a module's parts as one; two parts with one key would hide each other's texts. */
export function joined(parts: readonly { en: Texts; zh: Texts }[]): { en: Texts; zh: Texts } {
  const all: { en: Texts; zh: Texts } = { en: {}, zh: {} };
  for (const part of parts) {
    const twice = Object.keys(part.en).find((key) => key in all.en);
    if (twice !== undefined) throw new Error(`two parts have texts under ${twice}`);
    Object.assign(all.en, part.en);
    Object.assign(all.zh, part.zh);
  }
  return all;
}
