/** `npm run walkthrough`: what the Django pack's README has one try, on the dev stack that `npm start` has made. */
import { dockerRegistry, walkthroughImages } from "./images/packSite";
import { agentAddress } from "./nomadAgent";
import { main, say, step, UserError } from "../commands/base/step";
import { runVerb } from "../commands/verb";

main(async () => {
  if (!agentAddress()) throw new UserError("The dev stack does not exist yet: `npm start` creates it");
  const images = await step("Images", (log) => walkthroughImages(dockerRegistry(log)));
  say(`This run uses ${images.choice}`);
  const releases = [
    ["v1", "on two instances, beside the PostgreSQL of the dev stack"],
    ["v2", "with a migration of some 15 s, which allocation 0 applies unless an earlier run has"],
  ] as const;
  const without = images.hasTasks ? [] : ["processes={}", "schedules={}"];
  if (without.length > 0) say(`They hold no Celery, so this run sets ${without.join(" and ")}`);
  for (const [version, what] of releases) {
    const image = images.of(version);
    say(`${version}, ${what}: npm run up -- -c djangoImage=${image}`);
    const config = [`djangoImage=${image}`, ...without].flatMap((one) => ["-c", one]);
    const code = await runVerb("up", ["--yes", "--skip-preview", ...config]);
    if (code !== 0) return code;
  }
  say(`Done. This run used ${images.choice}`);
  return 0;
});
