import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ProviderService } from "../../host/service";
import { postgresqlProvider } from "../../postgresql/provider";
import { type PostgresServer, startPostgres, startTimeout } from "../../../test/support/postgres";
import { compareShapes, DifferenceTable } from "./support/compare";
import { type Exchange, readRecording, titleOf } from "./support/recording";
import { replay, replayTests } from "./support/replay";
import { expectShowing } from "../../../test/support/expectShowing";

replayTests("postgresql", postgresqlProvider());

describe("the offline postgresql plugin does on a real server what the published one was recorded to do", () => {
  const provider = postgresqlProvider();
  const service = new ProviderService(provider, () => undefined);
  const table = new DifferenceTable("postgresql");
  const answered = readRecording("postgresql").filter(
    ({ method, request, response }) =>
      (method === "Create" || method === "Update") && request.preview !== true && response !== undefined,
  );
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
    const { host, port, user, password } = server;
    await provider.configure(
      { host, port: String(port), username: user, password, sslmode: "disable" },
      () => undefined,
    );
  }, startTimeout);
  afterAll(() => server?.stop());

  it.each(answered.map((exchange) => ({ title: titleOf(exchange), exchange })))(
    "$title",
    async ({ exchange }) => {
      const ours = await replay(service, exchange);
      const found = compareShapes(exchange.response, ours);
      expect(table.unlisted(exchange.method, exchange.request.type, found)).toEqual([]);
      expect(ours.id).toEqual(exchange.response?.id);
    },
  );

  it("finds everything again, and nothing to change", async () => {
    for (const exchange of latest(answered)) {
      const { request, response } = exchange;
      const state = {
        properties: response?.properties as Exchange["request"]["properties"],
        id: idOf(exchange),
      };
      const inputs = request.news ?? request.properties;
      const found = await replay(service, {
        ...exchange,
        method: "Read",
        request: { ...request, ...state, inputs },
      });
      expectShowing(found.properties, titleOf(exchange)).toEqual(state.properties);
      expectShowing(found.inputs, titleOf(exchange)).toEqual(withPasswordSecret(inputs));
    }
  });

  it("removes everything, in the opposite order, and finds nothing then", async () => {
    for (const exchange of latest(answered).reverse()) {
      const { request, response } = exchange;
      const properties = response?.properties as Exchange["request"]["properties"];
      const state = { ...request, id: idOf(exchange), properties };
      await replay(service, { ...exchange, method: "Delete", request: state });
      const inputs = request.news ?? request.properties;
      const read: Exchange = { ...exchange, method: "Read", request: { ...state, inputs } };
      if (!request.type.endsWith("Grant") && !request.type.endsWith("DefaultPrivileges")) {
        expectShowing(await replay(service, read), titleOf(exchange)).toEqual({});
      }
    }
  });
});

/** The last exchange of each resource, in the order of their creation. */
function latest(exchanges: Exchange[]): Exchange[] {
  return [...new Map(exchanges.map((exchange) => [exchange.request.urn, exchange])).values()];
}

function idOf({ request, response }: Exchange): string {
  return String(response?.id ?? request.id);
}

function withPasswordSecret(inputs: Exchange["request"]["inputs"]): unknown {
  if (inputs?.password === undefined) return inputs;
  const secret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value: inputs.password,
  };
  return { ...inputs, password: secret };
}
