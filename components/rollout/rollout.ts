/** Ties a rollout to the Job's life inside `pulumi preview` and `pulumi up`. */
import * as pulumi from "@pulumi/pulumi";
import { explainFailure, fail, failAside } from "../messages/failure";
import { formatSeconds } from "../jobspec";
import { say, sayLive } from "../messages/say";
import { canHook } from "../nomad/canHook";
import { runAfterRollout } from "./afterRun";
import { type Concluded, concluded, unchanged } from "./conclusion";
import { awaitTurn } from "./awaitTurn";
import { isParked } from "./groups";
import { type Mask, maskOf } from "./mask";
import { NomadApiError } from "../nomad/api";
import { awaitParked } from "./parked";
import { previewHook } from "./previewHook";
import { replacementOptions } from "./recreate";
import type { JobMarks } from "../nomad/registered";
import { type Rendered, renderCompanion, renderForCluster } from "./rendering";
import { failureReport, unregisteredReport } from "./report";
import type { RegisteredResource, RolloutArgs } from "./rolloutArgs";
import { tellPlan } from "./tellPlan";
import { updateRefusal } from "./updateRefusal";
import { verifyServing } from "./verify";
import { RolloutWatch } from "./watch";

/** How long the questions before and after a rollout may take. */
const questionMs = 5_000;
const reportMs = 10_000;
/** A rollout that is fine must not turn red over servers that elect a leader just now. */
const askAgainMs = 10_000;

/** Everything about one application's rollout that needs Nomad while Pulumi runs. */
export class Rollout {
  private watch: RolloutWatch | undefined;
  private stop: (() => Promise<void>) | undefined;
  private rendered: Rendered | undefined;
  private made: Promise<Mask> | undefined;
  private verified: Promise<Concluded | undefined> | undefined;
  private expected: Promise<(marks: JobMarks) => string> | undefined;

  constructor(private readonly args: RolloutArgs) {}

  /** Makes the jobspec. Asks Nomad nothing under Pulumi's mocks: programs that import the component use them. */
  async render(render: (marks: JobMarks) => string): Promise<string> {
    if (!canHook()) return render({});
    this.rendered = await this.look(render);
    return this.rendered.jobspec;
  }

  private async look(render: (marks: JobMarks) => string): Promise<Rendered> {
    const api = await this.args.cluster.connect(questionMs);
    const { companionOf, jobName, scaled } = this.args;
    return companionOf
      ? renderCompanion(api, jobName, render)
      : renderForCluster(api, jobName, render, scaled);
  }

  /** For a preview of a job whose secrets only `up` makes: the job without them. */
  previewWith(render: Promise<(marks: JobMarks) => string>): void {
    this.expected = render;
  }

  /** How Pulumi carries out a change: by an update, or by a new Job after the old one's end. */
  replacement(jobspec: pulumi.Output<string>): ReturnType<typeof replacementOptions> {
    return replacementOptions(this.args.strategy, jobspec);
  }

  /** Hooks that guard the rollout, tell it live and report its failure; none where the engine has no hooks. */
  hooks(): pulumi.ResourceHookBinding {
    if (!canHook()) return {};
    const name = `rollout-${this.args.name}`;
    const { outcome } = this.args;
    const create = new pulumi.ResourceHook(`${name}-create`, () => outcome.guard(() => this.begin(true)));
    const update = new pulumi.ResourceHook(`${name}-update`, () =>
      outcome.guard(async () => {
        const refusal = updateRefusal(this.args, this.rendered);
        if (refusal !== undefined) fail(refusal);
        await this.begin(false);
      }),
    );
    const end = new pulumi.ResourceHook(`${name}-end`, async () => this.stop?.());
    return {
      beforeCreate: [create],
      beforeUpdate: [update, previewHook(`${name}-changes`, this.args.jobName)],
      afterCreate: [end],
      afterUpdate: [end],
      onError: [new pulumi.ErrorHook(`${name}-report`, () => outcome.fail().then(() => this.report()))],
    };
  }

  /**
   * In a preview, says what Nomad would do. In an `up`, checks that the new version serves. The result is there even if it
   * does not: that ends the program red by itself.
   */
  conclude(job: RegisteredResource): pulumi.Output<Concluded> {
    if (!canHook()) return pulumi.output({ lines: [] });
    if (pulumi.runtime.isDryRun()) {
      return job.urn.apply(async () => {
        tellPlan(this.rendered ?? (this.expected && (await this.look(await this.expected))), this.args, job);
        return unchanged(this.args);
      });
    }
    return job.modifyIndex.apply(async (index) => {
      let found: Concluded | undefined;
      await failAside(this.verifyOnce(index).then((all) => void (found = all)));
      return found ?? unchanged(this.args);
    });
  }

  /**
   * Says at the very end what serves.
   * @param more lines of what is registered after the rollout, and the next command.
   */
  saySummary(all: pulumi.Output<Concluded>, more: pulumi.Input<readonly string[]>): void {
    if (!canHook()) return;
    pulumi.all([all, more]).apply(async ([{ lines }, further]) => {
      // A line alone says that nothing was to be done: what is next was said when something was.
      const told = lines.length > 1 ? [...lines, ...further.map((line) => `  ${line}`)] : lines;
      if (told.length > 0) say((await this.mask())(told.join("\n")));
    });
  }

  /** Resolves once the new version serves, and rejects if it does not: for resources that must not follow a failed rollout. */
  served(job: RegisteredResource): pulumi.Output<unknown> {
    if (!canHook()) return pulumi.output(undefined);
    if (pulumi.runtime.isDryRun()) return job.urn.apply(() => undefined);
    return job.modifyIndex.apply((index) => this.verifyOnce(index).then(() => undefined));
  }

  private verifyOnce(modifyIndex: string | undefined): Promise<Concluded | undefined> {
    return (this.verified ??= this.verify(modifyIndex));
  }

  /**
   * Makes sure that the commands of afterRollout have run for that release. If they fail, the program ends red, but whatever
   * waits for the result continues: the new version serves.
   */
  async ensureAfterRollout(release: number, patienceSeconds: number): Promise<void> {
    if (!canHook() || pulumi.runtime.isDryRun()) return;
    await failAside(this.runAfter(release, patienceSeconds));
  }

  private async runAfter(release: number, patienceSeconds: number): Promise<void> {
    const { jobName, cluster, component } = this.args;
    const mask = await this.mask();
    try {
      // Without an end of its own: the waits have theirs, and the report comes after them.
      const api = await cluster.connect(new AbortController().signal, { askAgainMs });
      const options = { jobName, release, patienceSeconds, tell: await this.tell(), mask };
      const wrong = await runAfterRollout(api, options);
      if (wrong !== undefined) fail(mask(wrong), component);
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      const why =
        `The new version of ${jobName} serves, but can't ask Nomad to run afterRollout: ${error.message}. ` +
        "Then run `pulumi up` again.";
      fail(mask(why), component);
    }
  }

  /** @param creates whether the Job is new to Pulumi, as it is when "recreate" has ended the one before. */
  private async begin(creates: boolean): Promise<void> {
    const ending = new AbortController();
    const api = await this.args.cluster.connect(ending.signal);
    const tell = await this.tell();
    const begun = new RolloutWatch(api, { ...this.args, tell, mask: await this.mask() });
    this.watch = begun;
    let before: number | undefined;
    const patient = await this.args.cluster.connect(ending.signal, { askAgainMs });
    try {
      await awaitTurn(patient, { ...this.args, tell }, creates, ending.signal);
      before = await begun.currentVersion();
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      this.refuseUnseen(error, creates);
      // The provider is about to say the same of its own call.
      return;
    }
    const following = begun.follow(before, ending.signal);
    this.stop = async () => {
      begun.finish();
      const giveUp = setTimeout(() => ending.abort(), questionMs);
      await following;
      clearTimeout(giveUp);
      this.stop = undefined;
    };
  }

  /** Where old instances must have ended first, Nomad may answer the provider again while they still run. */
  private refuseUnseen({ message }: NomadApiError, creates: boolean): void {
    const { jobName, strategy, companionOf } = this.args;
    if (!(creates && strategy === "recreate") && companionOf === undefined) return;
    fail(
      `Can't ask Nomad whether the old instances of ${jobName} have ended: ${message}. The new version was not registered: it ` +
        "must not start beside them. Once Nomad answers, run `pulumi up` again.",
    );
  }

  private async report(): Promise<boolean> {
    await this.stop?.();
    const { version, deployment, reason, lostSight } = this.watch ?? {};
    if (version !== undefined && lostSight !== undefined) {
      explainFailure(lostSight);
      return false;
    }
    const api = await this.args.cluster.connect(reportMs);
    const mask = await this.mask();
    const text =
      version === undefined
        ? await unregisteredReport(api, this.args.jobName, this.rendered)
        : await failureReport(api, { ...this.args, version, deployment, reason }, mask);
    explainFailure(mask(text));
    return false; // No retry: the same image would fail the same way.
  }

  private async verify(modifyIndex: string | undefined): Promise<Concluded | undefined> {
    // Under mocks nothing is registered.
    if (modifyIndex === undefined) return undefined;
    const { patienceSeconds, component } = this.args;
    const over = new AbortController();
    const { signal } = over;
    const mask = await this.mask();
    const timer = setTimeout(() => over.abort(), patienceSeconds * 1000);
    try {
      const api = await this.args.cluster.connect(signal, { askAgainMs });
      const tell = await this.tell();
      const serving = await verifyServing(
        api,
        {
          ...this.args,
          modifyIndex: Number(modifyIndex),
          plan: this.rendered?.plan,
          mask,
          tell,
        },
        signal,
      );
      const parks = serving === undefined && isParked(this.args);
      // The rollout is over. Instances may take longer than it to stop, and that wait has a limit of its own.
      if (parks) clearTimeout(timer);
      const wrong = parks ? await awaitParked(api, { ...this.args, tell }, signal) : serving;
      if (wrong !== undefined) fail(mask(wrong), component);
      return await concluded(api, this.args, this.watch);
    } catch (error) {
      if (!(error instanceof NomadApiError)) throw error;
      const { jobName } = this.args;
      const why = signal.aborted
        ? `The rollout of ${jobName} is not over after ${formatSeconds(patienceSeconds)}. Run \`pulumi up\` again: it keeps waiting.`
        : `Can't ask Nomad whether ${jobName} serves: ${error.message}. Once Nomad answers, run \`pulumi up\` again.`;
      fail(mask(why), component);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Without a resource: with one, a message waits for the resource's URN and comes too late. */
  private async tell(): Promise<(line: string) => void> {
    const mask = await this.mask();
    return (line) => sayLive(mask(line));
  }

  /** Made once: each value has many spellings. */
  private mask(): Promise<Mask> {
    const { secrets, names } = this.args;
    this.made ??= new Promise<Mask>((resolve) => {
      pulumi.all([secrets, names]).apply(([values, open]) => resolve(maskOf(values, open)));
    });
    return this.made;
  }
}
