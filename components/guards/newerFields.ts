/** Fields that a transform has set and that this Nomad would drop: refused, with the least version that knows them. */
import type { NewerField } from "../jobspec";
import type { NomadApi } from "../nomad/api";
import type { AccessAnswer } from "./accessCheck";
import { isBefore, nomadVersions } from "./nomadVersions";

/**
 * Asks Nomad only when there is such a field.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function knownFields(api: NomadApi, fields: readonly NewerField[]): Promise<AccessAnswer> {
  if (fields.length === 0) return {};
  const versions = await nomadVersions(api);
  if (versions.length === 0) {
    const keys = [...new Set(fields.map(({ by = "transform" }) => by))];
    const lines = keys.map((key) => {
      const own = fields.filter(({ by = "transform" }) => by === key);
      return `${key}: ${own.map(({ path, since }) => `${path} needs Nomad ${since} or later`).join("; ")}`;
    });
    return { warning: `${lines.join("; ")}, and this token may not ask for Nomad's version` };
  }
  const lines = fields.flatMap(({ path, since, by = "transform" }) => {
    const older = versions.find((version) => isBefore(version, since));
    return older === undefined
      ? []
      : [
          `${by}: set ${path}, which needs Nomad ${since} or later: Nomad ${older} runs here, and would drop it`,
        ];
  });
  return lines.length === 0 ? {} : { refusal: `${lines.join("\n")}\nNothing was changed` };
}
