/** What `npm run stop` refuses before it destroys the first stack. The stacks' states are written by hand: nothing runs. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../../../test/support/clone";

const nothingSet = { DJANGO_NOMAD_OFFLINE: undefined, PULUMI_CONFIG_PASSPHRASE: undefined };
/** Of the passphrase "ours", as Pulumi writes it. */
const salt = "v1:tU3yZSo5syM=:v1:f/MWv1IKghcNj2LR:gAPC5V/LpXgX42SMYhsk63MqKAnp6g==";
const volume = "docker:index/volume:Volume";
const job = "nomad:index/job:Job";

describe("npm run stop", () => {
  let clone: Clone;
  let before: string;
  const state = (stack: string): string => `.local/state/.pulumi/stacks/django-nomad/${stack}.json`;
  const write = (file: string, content: string): void => {
    mkdirSync(dirname(`${clone.folder}/${file}`), { recursive: true });
    clone.write(file, content);
  };
  const stack = (name: string, ...types: string[]): void => {
    const resources = types.map((type) => ({ urn: type, type, outputs: { name: `rows-of-${name}` } }));
    write(state(name), JSON.stringify({ version: 3, checkpoint: { stack: name, latest: { resources } } }));
  };
  const file = (config = ""): void => clone.write("Pulumi.shop.yaml", `encryptionsalt: ${salt}\n${config}`);
  const all = (): string => ["dev", "shop"].map((name) => clone.read(state(name))).join();
  const stop = async (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> => {
    before = all();
    return clone.npm(["run", "--silent", "stop", "--", ...args], { ...nothingSet, ...env });
  };
  const expectNothingChanged = ({ code, output }: Finished): void => {
    expect(output).toContain("Nothing was changed");
    expect(output).not.toContain("pulumi destroy");
    expect(code).toBe(1);
    expect(all()).toBe(before);
    // Neither an agent nor a Docker was started for it.
    expect(existsSync(`${clone.folder}/.local/run`)).toBe(false);
  };

  beforeAll(() => {
    clone = Clone.create();
  });
  beforeEach(() => {
    file();
    stack("dev", job, volume);
    stack("shop", job, volume);
  });
  afterAll(() => clone.discard());

  it("destroys no stack while one lacks its passphrase, and offers to choose none: it has one", async () => {
    const stopped = await stop([]);
    expectNothingChanged(stopped);
    expect(stopped.output).toContain("Stack shop can only be destroyed with its passphrase");
    expect(stopped.output).toContain("read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE");
    expect(stopped.output).not.toMatch(/choose one/i);
  });

  it("destroys no stack while the passphrase given is another one's", async () => {
    const stopped = await stop([], { PULUMI_CONFIG_PASSPHRASE: "theirs" });
    expectNothingChanged(stopped);
    expect(stopped.output).toContain("does not open the secrets of stack shop");
  });

  it("destroys no stack while one is protected", async () => {
    file("config:\n  django-nomad:protect: true\n");
    const stopped = await stop([], { PULUMI_CONFIG_PASSPHRASE: "ours" });
    expectNothingChanged(stopped);
    expect(stopped.output).toContain("npm run pulumi -- config set protect false --stack shop");
  });

  it("destroys no stack while another command updates one", async () => {
    const lock = ".local/state/.pulumi/locks/organization/django-nomad/shop/one.json";
    write(lock, JSON.stringify({ pid: process.pid }));
    const stopped = await stop([], { PULUMI_CONFIG_PASSPHRASE: "ours" });
    write(lock, JSON.stringify({ pid: 0 }));
    expectNothingChanged(stopped);
    expect(stopped.output).toContain(`Stack shop is being updated by process ${process.pid}`);
  });

  it("--purge lists whose rows go, and without a terminal needs --yes for a stack beside dev", async () => {
    stack("dev", volume);
    stack("shop");
    const stopped = await stop(["--purge"]);
    expectNothingChanged(stopped);
    expect(stopped.output).toMatch(/stack dev, .*\n\s+stack shop, /);
    expect(stopped.output).toContain("npm run stop -- --purge --yes");
  });

  it("says what it does when it is asked for that, and takes no word for another", async () => {
    const help = await stop(["--help"]);
    expect(help.output).toContain("Stops every stack on this clone's agent");
    expect(help.code).toBe(0);
    expectNothingChanged(await stop(["--purged"]));
  });
});
