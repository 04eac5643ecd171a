// The whole question is in the address, after the "#": so it can be kept and sent, and goes through history.
//
// What is after the "#" stays in the browser. Ids of customers get into no log of a server or a proxy that way.

export const SCREENS = ["now", "segments", "value", "voice", "customer"] as const;
export type Screen = (typeof SCREENS)[number];

/** What is the same on every screen, and goes along from one to the other. */
const SHARED = ["as_of", "workspace"];

/** What is a day where it is said. */
const DAYS = ["as_of", "from"];

interface Asked {
  screen: Screen;
  parameters: Record<string, string>;
}

function read(): Asked {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const screen = SCREENS.find((each) => each === path) ?? "now";
  return { screen, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

let asked = $state.raw(read());
addEventListener("hashchange", () => {
  asked = read();
});

export const question = {
  get screen(): Screen {
    return asked.screen;
  },
  /** A part of the question; "" where it is not said. */
  get(name: string): string {
    return asked.parameters[name] ?? "";
  },
  /** The day at whose start the answers are, such as "1998-07-01"; undefined for the latest there is. */
  get asOf(): string | undefined {
    const day = asked.parameters.as_of ?? "";
    return isDay(day) ? day : undefined;
  },
  /** Why nothing can be asked: an answer as of now is none to a question about a day that there never was. */
  get problem(): string | undefined {
    const wrong = DAYS.find((name) => asked.parameters[name] && !isDay(asked.parameters[name]));
    return (
      wrong &&
      `${wrong} in the address is "${asked.parameters[wrong]}", which is no day; write one like 1998-07-01, or leave it out.`
    );
  },
  /** The last whole day before `asOf`, for questions that name days instead of instants. */
  get lastDay(): string | undefined {
    return this.asOf && addDays(this.asOf, -1);
  },
  /** The workspace asked; undefined for the server's default. */
  get workspace(): string | undefined {
    return asked.parameters.workspace || undefined;
  },
  /** Asks something else on this screen. */
  ask(changes: Record<string, string | undefined>) {
    location.hash = address(asked.screen, { ...asked.parameters, ...changes });
  },
};

/** The address of a screen: the same time and workspace, and what else is asked there. */
export function linkTo(screen: Screen, more: Record<string, string> = {}): string {
  const shared = SHARED.map((name) => [name, question.get(name)] as const);
  return address(screen, { ...Object.fromEntries(shared), ...more });
}

function address(screen: Screen, parameters: Record<string, string | undefined>): string {
  const said = Object.entries(parameters).filter(([, value]) => value) as [string, string][];
  const query = new URLSearchParams(said).toString();
  return `#/${screen}${query && `?${query}`}`;
}

/** Whether a text is a day of the calendar, as 2026-02-30 is not. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}

/** A day so many days later. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000));
}

/** The day of an instant, in UTC. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
