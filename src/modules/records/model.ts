/** A message's effect on the record, told as `records.message-applied`: one fact for each message, its subject the patient's id. */
export interface Applied {
  message: { part: string; id: string };
  kind: 'result' | 'order' | 'admission' | 'merge';
  /** `application|facility`. */
  sender: string;
  /** Ids of FHIR resources. */
  patient: string;
  /** A40: the patient that was merged into `patient`. */
  merged?: string;
  /** The Organization of MSH-4. */
  organization?: string;
  receivedAt: string;
  sentAt?: string;
  orders: { id: string; status: string; code?: string; system?: string; name?: string; numbers: Numbered[] }[];
  specimens: { id: string; numbers: Numbered[]; collectedAt?: string; receivedAt?: string }[];
  reports: {
    id: string;
    status: string;
    order?: string;
    code?: string;
    system?: string;
    name?: string;
    issuedAt?: string;
    specimens: string[];
    /** Observations in the report. */
    results: number;
  }[];
}

export interface Numbered {
  system?: string;
  value: string;
}
