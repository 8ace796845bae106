/** A text for people, in both languages. */
export interface Words {
  en: string;
  zh: string;
}

/** Who acts in trade: the actor's first organization, else the account itself. */
export interface Party {
  /** `Organization/<id>` or `account/<id>`. */
  id: string;
  name: string;
  nameZh?: string;
}
