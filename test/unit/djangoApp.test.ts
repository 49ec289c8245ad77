import { expect, it } from "vitest";
import { DjangoApp } from "../../components";
import { runProgram } from "../support/engine";
it("x", async () => {
  for (const preview of [true, false]) {
    const run = await runProgram(() => new DjangoApp("shop", { djangoImage: "shop:1", secretEnvVars: {A: "b"}, postgres: {namePrefix: "x", password: "geheim"} }), { preview });
    for (const r of run.resources) if (r.inputs.jobspec) r.inputs.jobspec = String(r.inputs.jobspec).slice(0,300);
    console.log(JSON.stringify(run.resources, null, 1), run.outputs("shop"));
  }
  const e = await runProgram(() => { try { new DjangoApp("bad", { djangoImage: "x", dockerNetworkMode: "y", postgres: {namePrefix: "x", password: "geheim"} }) } catch (e) { return String(e) } });
  console.log(e.result, e.resources);
});
