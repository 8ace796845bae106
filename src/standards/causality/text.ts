export interface Text {
  en: string;
  zh: string;
}
