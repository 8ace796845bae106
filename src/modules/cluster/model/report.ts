/** A part of the quarterly report: the same rows on the page, in print and in the workbook. */
export interface ReportSection {
  key: 'targets' | 'ladder' | 'funds' | 'projects' | 'conflicts';
  title: string;
  /** How its figures come about. */
  about: string;
  columns: { title: string; isEnd: boolean }[];
  rows: (string | number | null)[][];
}

export interface QuarterlyReport {
  quarter: string;
  /** The last day that counts. */
  to: string;
  madeAt: string;
  sections: ReportSection[];
}
