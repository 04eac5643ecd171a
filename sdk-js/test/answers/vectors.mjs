// The questions, and what groups of calls and calls are named.
import { readFileSync } from "node:fs";

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));

export const { groups } = read("groups");
export const { questions } = read("questions");
