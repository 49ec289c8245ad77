/** The one way in which the program speaks while it does not fail: every line is {@link printable}. */
import * as pulumi from "@pulumi/pulumi";
import { message, printable } from "./printable";

/** @param resource whose message it is; with one, it waits for the resource's URN. */
export function say(text: string, resource?: pulumi.Resource): void {
  void pulumi.log.info(printable(text, message), resource);
}

/** A line that is shown at once, and not kept. */
export function sayLive(line: string): void {
  void pulumi.log.info(printable(line, { characters: 1000 }), undefined, undefined, true);
}

export function warn(text: string, resource?: pulumi.Resource): void {
  void pulumi.log.warn(printable(text, message), resource);
}
