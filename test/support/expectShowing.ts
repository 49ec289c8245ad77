/** `expect` for a value that alone would not say what went wrong. */
import { expect } from "@jest/globals";

type Expectation<T> = ReturnType<typeof expect<T>>;

/** As `expect(value)`; a failure also shows `what`: the output of the command, the name of the case. */
export function expectShowing<T>(value: T, what: string): Expectation<T> {
  return showing(expect(value), what);
}

function showing<M extends object>(matchers: M, what: string): M {
  return new Proxy(matchers, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member === "function") return saying(member as Matcher, what);
      return typeof member === "object" && member !== null ? showing(member, what) : member;
    },
  });
}

type Matcher = (...args: unknown[]) => unknown;

function saying(matcher: Matcher, what: string): Matcher {
  const explain = (error: unknown): never => {
    if (error instanceof Error) error.message = `${what}\n\n${error.message}`;
    throw error;
  };
  return (...args) => {
    try {
      const outcome = matcher(...args);
      return outcome instanceof Promise ? outcome.catch(explain) : outcome;
    } catch (error) {
      return explain(error);
    }
  };
}
