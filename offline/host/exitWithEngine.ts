import { fstatSync } from "node:fs";

/** The engine holds the other end of stdin. When it is killed, nobody else would end this process. */
export function exitWithEngine(): void {
  const stdin = fstatSync(0);
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdin.resume();
}
