/** Requests to every instance of a service, as its callers would send them, with those that failed counted. */

export interface LoopOptions {
  /** Where the instances are, asked anew before each round. */
  instances: () => Promise<string[]>;
  perSecond: number;
  /** Taken in turn. @default ["GET"] */
  methods?: readonly string[];
  /** How many instances a request is sent to, one after the other, before it counts as lost. @default all */
  tries?: number;
  /** What an answer's body counts as in `answers`. @default answers are not told apart */
  kind?: (body: string) => string;
  /** Whether to look twice a second how many of the listed instances answer. @default false */
  sampleCapacity?: boolean;
}

export interface LoopResult {
  sent: number;
  lost: string[];
  /** When requests failed at the first instance asked, whether or not another one answered: ms since the epoch. */
  failedFirst: number[];
  /** How many answers of each kind came. */
  answers: Record<string, number>;
  /** How many listed instances answered at each look; empty when it was not asked for. */
  capacity: { at: number; answering: number }[];
}

/** Longer than a busy machine needs to answer: what is lost was refused, cut off or forgotten. */
const patienceMs = 30_000;
/** A caller's pool: more at a time would be a test of the machine. */
const atOnce = 100;

type Outcome = { body: string } | { failure: string };

async function ask(url: string, method = "GET"): Promise<Outcome> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(patienceMs) });
    const body = await response.text();
    return response.ok ? { body } : { failure: `${method} ${url}: ${response.status}` };
  } catch (error) {
    return { failure: `${method} ${url}: ${String((error as Error).cause ?? error)}` };
  }
}

/**
 * A caller tries the next instance before it gives up, as a proxy does; what fails on all of them is lost.
 * Nomad lists an instance as soon as its container runs, before its server listens.
 */
async function request(
  urls: string[],
  tries: number,
  turn: number,
  failedFirst: number[],
  method: string,
): Promise<Outcome> {
  const at = Date.now();
  let outcome: Outcome = { failure: "no instance is listed" };
  for (let attempt = 0; attempt < Math.min(tries, urls.length); attempt++) {
    outcome = await ask(urls[(turn + attempt) % urls.length], method);
    if ("body" in outcome) return outcome;
    if (attempt === 0) failedFirst.push(at);
  }
  return outcome;
}

/** Sends requests until `stop` is called, which waits for the last answers. */
export function requestLoop(options: LoopOptions): { stop: () => Promise<LoopResult> } {
  const { methods = ["GET"], tries = Infinity } = options;
  const result: LoopResult = { sent: 0, lost: [], failedFirst: [], answers: {}, capacity: [] };
  const pending = new Set<Promise<void>>();
  let urls: string[] = [];
  const remember = (work: Promise<void>): void => {
    const one = work.finally(() => pending.delete(one));
    pending.add(one);
  };
  const refresh = async (): Promise<void> => {
    urls = await options.instances().catch(() => urls);
    if (options.sampleCapacity && urls.length > 0) remember(look(urls));
  };
  const look = async (listed: string[]): Promise<void> => {
    const at = Date.now();
    const answered = (await Promise.all(listed.map((url) => ask(url)))).filter(
      (outcome) => "body" in outcome,
    );
    result.capacity.push({ at, answering: answered.length });
  };
  const send = async (turn: number): Promise<void> => {
    const method = methods[turn % methods.length];
    const outcome = await request(urls, tries, turn, result.failedFirst, method);
    if ("failure" in outcome) result.lost.push(`${new Date().toISOString()} ${outcome.failure}`);
    else if (options.kind) {
      const kind = options.kind(outcome.body);
      result.answers[kind] = (result.answers[kind] ?? 0) + 1;
    }
  };
  const ready = refresh();
  const lister = setInterval(() => void refresh(), 500);
  const sender = setInterval(() => {
    if ((urls.length === 0 && result.sent === 0) || pending.size >= atOnce) return;
    remember(send(result.sent++));
  }, 1000 / options.perSecond);
  return {
    stop: async () => {
      await ready;
      clearInterval(sender);
      clearInterval(lister);
      await Promise.all(pending);
      return result;
    },
  };
}

/** The fewest instances that answered at once, between two moments when they are given. */
export function lowestCapacity({ capacity }: LoopResult, from = 0, to = Infinity): number {
  return Math.min(...capacity.filter(({ at }) => at >= from && at <= to).map(({ answering }) => answering));
}
