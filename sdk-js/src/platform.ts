// What the platform has, under names of our own: as the caller's compiler knows it, from the DOM's types or Node's, and
// where it knows neither, the least that is needed. So the declarations of this package need no `lib` and no `types`.

/** The type of a global class, if there is one. */
type Global<Name extends string, Least> = typeof globalThis extends {
  [Each in Name]: { prototype: infer Own };
}
  ? Own
  : Least;

/** An `AbortSignal`. */
export type AbortSignalLike = Global<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

/** `Headers`. */
export type HeadersLike = Global<
  "Headers",
  {
    get(name: string): string | null;
    has(name: string): boolean;
    set(name: string, value: string): void;
    append(name: string, value: string): void;
    delete(name: string): void;
    forEach(each: (value: string, name: string) => void): void;
  }
>;

/** What `Headers` are made of. */
export type HeadersGiven = [string, string][] | Record<string, string> | HeadersLike;

/** `fetch`. */
export type FetchLike = typeof globalThis extends { fetch: infer Own } ? Own : never;

/** A `URL`. */
export type UrlLike = Global<"URL", { readonly href: string }>;
