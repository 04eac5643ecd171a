// What in-browser.mjs calls in its page.
import { createClient } from "lojal/web";
import { ask } from "../ask.mjs";

globalThis.askFromHere = (url, workspace, groups, questions) =>
  ask(createClient(url, { workspace }), groups, questions);
