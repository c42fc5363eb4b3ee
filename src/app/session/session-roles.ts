import type { NamedRole } from "../../config/roles/role.ts";
import type { SessionRoles } from "../../repl/host.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Engine } from "../engine.ts";
import { noPreface, prefaceOf, variablesOf } from "../role.ts";

/** The roles that a session may use. */
export function rolesOf(engine: Engine, dialogue: ChatSession): SessionRoles {
  return {
    names: async () => await engine.roles.names(),
    inUse() {
      const { role } = engine;
      return role === null ? null : { ...role, parts: partsOf(engine, role) };
    },
    missing: (name) => engine.missingVariables(name, "/role"),
    async use(name, vars) {
      const role = name === null ? null : await engine.roles.find(name, "/role");
      const loaded = engine.settingsWith(name, vars);
      const { settings } = loaded;
      const { system, examples } =
        role === null ? noPreface : prefaceOf(role, engine.hostVariables, settings.vars ?? {});
      // A role that names no model takes the one of the role before it away.
      if (namesModel(loaded) || namesModel(engine)) await dialogue.useModel(settings.provider, settings.model ?? null);
      engine.useSettings(loaded);
      dialogue.useSystem(system, examples);
    },
  };
}

function namesModel({ origins }: Pick<Engine, "origins">): boolean {
  return origins.model?.kind === "role" || origins.provider?.kind === "role";
}

/** What holds because the role in use says so, and its variables. */
function partsOf(
  { hostVariables, origins, settings }: Pick<Engine, "hostVariables" | "origins" | "settings">,
  role: NamedRole,
): string[] {
  const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const model = settings.model === undefined ? settings.provider : `${settings.provider}/${settings.model}`;
  const { model: _model, provider: _provider, vars: _vars, ...others } = origins;
  const values = Object.entries(others)
    .filter(([, { kind }]) => kind === "role")
    .map(([name]) => `${name} ${shown(settings[name as keyof typeof settings])}`);
  const { vars: given = {} } = settings;
  const taken = Object.keys(variablesOf(role, hostVariables)).filter((name) => Object.hasOwn(given, name));
  const vars = taken.map((name) => `${name}=${given[name]}`);
  return [...(namesModel({ origins }) ? [model] : []), ...values, ...vars];
}
