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
