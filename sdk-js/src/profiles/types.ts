// The table of profiles: server/docs/profiles.md says what each key means.

/** What a status means, as the table has it. */
export interface StatusWords {
  column: string;
  counts: string[];
  refunded: string[];
  left_out: string[];
  prefix?: string;
}

/** One form that an export comes in, as the table has it. */
export interface Shape {
  about?: string;
  requires: string[];
  one_of?: string[];
  customer: string[];
  time: string[];
  // Of orders.
  order?: string[];
  amount?: string[];
  pieces?: string[];
  currency?: string[];
  discount?: string[];
  cancelled?: string[];
  captured?: string[];
  refund_amount?: string[];
  refund_time?: string[];
  nobody?: string[];
  lines?: "once" | "sum";
  status?: StatusWords;
  negative?: "refund";
  time_zone?: string;
  time_order?: "mdy" | "dmy";
  currency_code?: string;
  minor_units?: boolean;
  float_ids?: boolean;
  // Of answers.
  response_id?: string[];
  customer_words?: string[];
  score?: string[];
  score_words?: string[];
  comment?: string[];
  channel?: string[];
  survey_id?: string[];
  metric?: { column: string; values: Record<string, string> };
}

/** The columns that a shape names by its keys. */
export type ColumnKey = {
  [Key in keyof Shape]-?: NonNullable<Shape[Key]> extends string[] ? Key : never;
}[keyof Shape];

/** The exports of one system. */
export interface Profile {
  title: string;
  shapes: Shape[];
}

/** The table. */
export interface Profiles {
  about: string;
  version: number;
  minor_units: { otherwise: number; "0": string[]; "3": string[] };
  orders: Record<string, Profile>;
  answers: Record<string, Profile>;
}
