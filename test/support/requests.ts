/** Requests to every instance of a service, as its callers would send them, with those that failed counted. */

export interface LoopOptions {
  /** Where the instances are, asked anew before each round. */
  instances: () => Promise<string[]>;
  perSecond: number;
}

export interface LoopResult {
  sent: number;
  lost: string[];
}

/** A caller tries another instance before it gives up; what fails on all of them is lost. */
async function request(urls: string[], turn: number): Promise<string | undefined> {
  let failure = "no instance is listed";
  for (let attempt = 0; attempt < Math.min(2, urls.length); attempt++) {
    const url = urls[(turn + attempt) % urls.length];
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      await response.arrayBuffer();
      if (response.ok) return undefined;
      failure = `${url}: ${response.status}`;
    } catch (error) {
      failure = `${url}: ${String((error as Error).cause ?? error)}`;
    }
  }
  return failure;
}

/** Sends requests until `stop` is called, which waits for the last answers. */
export function requestLoop(options: LoopOptions): { stop: () => Promise<LoopResult> } {
  const result: LoopResult = { sent: 0, lost: [] };
  const pending = new Set<Promise<void>>();
  let urls: string[] = [];
  const refresh = async (): Promise<void> => {
    urls = await options.instances().catch(() => urls);
  };
  const ready = refresh();
  const lister = setInterval(() => void refresh(), 500);
  const sender = setInterval(() => {
    if (urls.length === 0 && result.sent === 0) return;
    const turn = result.sent++;
    const one = request(urls, turn).then((failure) => {
      if (failure) result.lost.push(`${new Date().toISOString()} ${failure}`);
      pending.delete(one);
    });
    pending.add(one);
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
