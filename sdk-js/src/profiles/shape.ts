// The exports of other systems that are known: a table, and which of them a header is of.
//
// The table is server/data/profiles.json, which server/docs/profiles.md explains; npm run generate copies it.
import { invalidField } from "../errors.js";
import { PROFILES } from "../gen/profiles.js";
import { listed } from "../table/types.js";
import type { ColumnKey, Profile, Shape } from "./types.js";

/** What a table of profiles is of. */
export type ProfileKind = "orders" | "answers";

/** A shape, and whose it is. */
export interface Recognised {
  profile: string;
  shape: Shape;
}

/** The profiles of orders or of answers. */
export function profileNames(kind: ProfileKind): string[] {
  return Object.keys(PROFILES[kind]);
}

/** The columns of a field that a source has, the likeliest first. */
export function columnsOf(shape: Shape, key: ColumnKey, there: readonly string[]): string[] {
  return (shape[key] ?? []).filter((name) => there.includes(name));
}

/** The likeliest column of a field, "" where there is none. */
export function columnOf(shape: Shape, key: ColumnKey, there: readonly string[]): string {
  return columnsOf(shape, key, there)[0] ?? "";
}

/** What a header lacks to be of a shape. */
export function lacking(shape: Shape, columns: readonly string[]): string[] {
  const missing = shape.requires.filter((name) => !columns.includes(name)).map(quoted);
  const others = shape.one_of ?? [];
  const needsOne = others.length > 0 && !others.some((name) => columns.includes(name));
  return needsOne ? [...missing, others.map(quoted).join(" or ")] : missing;
}

const quoted = (name: string) => `"${name}"`;
/** How many columns a header needs: of two shapes that fit, the one with more is meant. */
const required = ({ requires, one_of = [] }: Shape) =>
  requires.length + (one_of.length > 0 ? 1 : 0);

/**
 * The shape that a header is of; undefined when it is to be read by the names of its columns.
 *
 * @param profile - what the caller asked for.
 * @param named - whether the caller named columns: then nothing is recognised that was not asked for.
 * @throws LojalError when the profile asked for is none or does not fit, or when two fit equally well.
 */
export function recognise(
  kind: ProfileKind,
  columns: readonly string[],
  { profile, named }: { profile?: string | undefined; named: boolean },
  known: Record<string, Profile> = PROFILES[kind],
): Recognised | undefined {
  if (profile === "none" || (profile === undefined && named)) return undefined;
  if (profile !== undefined && !Object.hasOwn(known, profile)) {
    const names = Object.keys(known).join(", ");
    throw invalidField(
      "profile",
      `"${profile}" is not a profile; the profiles are ${names}, and "none"`,
    );
  }
  const candidates = Object.entries(known)
    .filter(([name]) => profile === undefined || name === profile)
    .flatMap(([name, { shapes }]) => shapes.map((shape) => ({ profile: name, shape })));
  const fitting = candidates.filter(({ shape }) => lacking(shape, columns).length === 0);
  const most = Math.max(0, ...fitting.map(({ shape }) => required(shape)));
  const best = fitting.filter(({ shape }) => required(shape) === most);
  const [first] = best;
  if (!first) {
    if (profile !== undefined) throw doesNotFit(candidates, columns);
    return undefined;
  }
  if (best.some((each) => each.profile !== first.profile)) {
    const those = best.map((each) => quoted(each.profile)).join(" and of ");
    throw invalidField(
      "profile",
      `the header may be that of ${those}; say which with profile: "${first.profile}"`,
    );
  }
  return first;
}

function doesNotFit(candidates: Recognised[], columns: readonly string[]) {
  const lacks = candidates.map(({ profile, shape }) => ({
    profile,
    lacks: lacking(shape, columns),
  }));
  const nearest = lacks.reduce((best, each) =>
    each.lacks.length < best.lacks.length ? each : best,
  );
  return invalidField(
    "profile",
    `this is not an export of ${nearest.profile}, as it lacks ${nearest.lacks.join(", ")}; leave profile out and name the columns; they are ${listed(columns)}`,
  );
}

/** What the smallest unit of a currency is in millionths: a cent, or a whole yen. */
export function microsAMinorUnit(currencyCode: string): bigint {
  const units = PROFILES.minor_units;
  const code = currencyCode.toUpperCase();
  const decimals = units["0"].includes(code) ? 0 : units["3"].includes(code) ? 3 : units.otherwise;
  return 10n ** BigInt(6 - decimals);
}

/** The codes of currencies that have no smaller unit. */
export function isWithoutCents(currencyCode: string): boolean {
  return PROFILES.minor_units["0"].includes(currencyCode.toUpperCase());
}
