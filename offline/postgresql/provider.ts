import { type ProviderDefinition } from "../host/types";
import { checkConfig } from "./config";
import { Server } from "./connection";
import { database } from "./database";
import { defaultPrivileges } from "./defaultPrivileges";
import { extension } from "./extension";
import { grant } from "./grant";
import { grantRole } from "./grantRole";
import { Handler } from "./handler";
import { role } from "./role";
import { schema } from "./schema";

/** The part of the published postgresql plugin, version 3.18, that roles, databases and grants need. */
export function postgresqlProvider(): ProviderDefinition {
  const server = new Server();
  return {
    name: "postgresql",
    version: "3.18.1",
    checkConfig: async (news) => checkConfig(news),
    configure: (inputs) => server.configure(inputs),
    resources: {
      "postgresql:index/database:Database": new Handler(database, server),
      "postgresql:index/defaultPrivileges:DefaultPrivileges": new Handler(defaultPrivileges, server),
      "postgresql:index/extension:Extension": new Handler(extension, server),
      "postgresql:index/grant:Grant": new Handler(grant, server),
      "postgresql:index/grantRole:GrantRole": new Handler(grantRole, server),
      "postgresql:index/role:Role": new Handler(role, server),
      "postgresql:index/schema:Schema": new Handler(schema, server),
    },
  };
}
