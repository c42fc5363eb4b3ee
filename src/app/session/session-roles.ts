import type { SessionRoles } from "../../repl/host.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Engine } from "../engine.ts";
import { findRole, promptOf, roleNames, variablesOf } from "../role.ts";

/** The roles that a session may use. */
export function rolesOf(engine: Engine, dialogue: ChatSession): SessionRoles {
  return {
    names: () => roleNames(engine.file),
    inUse() {
      const { role } = engine.settings;
      return role === undefined || engine.settings.system !== undefined
        ? null
        : { name: role, parts: partsOf(engine, role) };
    },
    missing: (name) => engine.missingVariables(name, "/role"),
    async use(name, vars) {
      const role = findRole(engine.file, name, "/role");
      const loaded = engine.settingsWith(name, vars);
      const { settings } = loaded;
      const system = promptOf(name, role, settings.vars ?? {});
      // A role that names no model takes the one of the role before it away.
      if (namesModel(loaded) || namesModel(engine)) await dialogue.useModel(settings.provider, settings.model ?? null);
      engine.useSettings(loaded);
      dialogue.useSystem(system);
    },
  };
}

function namesModel({ origins }: Pick<Engine, "origins">): boolean {
  return origins.model?.kind === "role" || origins.provider?.kind === "role";
}

/** What holds because the role in use says so, and its variables. */
function partsOf({ file, origins, settings }: Pick<Engine, "file" | "origins" | "settings">, role: string): string[] {
  const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const model = settings.model === undefined ? settings.provider : `${settings.provider}/${settings.model}`;
  const { model: _model, provider: _provider, vars: _vars, ...others } = origins;
  const values = Object.entries(others)
    .filter(([, { kind }]) => kind === "role")
    .map(([name]) => `${name} ${shown(settings[name as keyof typeof settings])}`);
  const { vars: given = {} } = settings;
  const taken = Object.keys(variablesOf(findRole(file, role))).filter((name) => Object.hasOwn(given, name));
  const vars = taken.map((name) => `${name}=${given[name]}`);
  return [...(namesModel({ origins }) ? [model] : []), ...values, ...vars];
}
