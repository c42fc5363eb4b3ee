import { saveSetting } from "../../config/save.ts";
import type { Key } from "../../config/keys.ts";
import type { ProviderConfig } from "../../config/schema.ts";
import { AppError, asAppError, type ErrorKind } from "../../errors.ts";
import { inFlow } from "../../providers/wire/envelope-rows.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { freeName } from "../setup/new-service.ts";
import { normalisedAddress } from "../setup/service-address.ts";
import { EndpointProbe, type FoundEndpoint, maxFormRequests } from "./endpoint-probe.ts";
import { openProbe } from "./probe-door.ts";

interface EndpointOptions {
  readonly address: string;
  /** The environment variable with a key for it; null: it is asked without one. */
  readonly keyVariable: string | null;
  readonly json: boolean;
  /** Whether the rows are written into the config file. */
  readonly save: boolean;
}

/**
 * What `doctor --probe <url>` does: finds out what is at an address, and prints the rows of a provider that ask it so. No key goes
 * there but the one that is named for it.
 *
 * @returns what the exit code comes from; null where it was found out
 * @throws AppError `bad_value` for what is no address; `no_key`; `insecure_endpoint`, `insecure_proxy`; for the network
 */
export async function probeEndpoint(
  engine: Engine,
  console: Console,
  { address: typed, keyVariable, json, save }: EndpointOptions,
): Promise<{ readonly code: string; readonly kind: ErrorKind } | null> {
  const { terminal, words } = console;
  const { endpoint: said } = words.doctor;
  const address = normalisedAddress(typed);
  if (address === null) throw new AppError("bad_value", { name: "--probe", value: typed, expected: "https://host/…" });
  const key = keyVariable === null ? null : namedKey(engine, keyVariable);
  const name = nameFor(engine, address);
  const connect = async (entry: ProviderConfig) =>
    await engine.connectWith(name, entry.auth?.type === "none" ? null : key, entry);
  // Whether the key may go there is known before anything is sent.
  if (key !== null) await connect({ base_url: address });
  terminal.say(sanitize(said.plan({ host: new URL(address).host, variable: keyVariable, requests: maxFormRequests })));
  const probe = new EndpointProbe({ hasKey: key !== null, connect, stop: engine.stop }, address, modelNamed(engine));
  const found = await probe.find();
  if (found.kind !== "found") {
    const { kind, baseUrl: url, status, said: text } = found;
    if (json) terminal.json({ found: null, reason: kind, base_url: url, status, said: text });
    else terminal.warn(sanitize(said.strange({ kind, url, status, said: text })));
    return { code: "doctor", kind: kind === "key" || kind === "rejected" || kind === "signed" ? "config" : "service" };
  }
  tell(console, found, probe.requests);
  const entry = await completed(engine, console, connect, rowsOf(found, keyVariable), found);
  const rows = { providers: { [name]: entry } };
  if (json) terminal.json({ found: rows });
  else {
    const { stringify } = await import("yaml");
    const path = displayPath(engine.workingFolder, engine.folders.configFile);
    terminal.say(sanitize(said.rows({ path })));
    terminal.text(stringify(rows, { lineWidth: 0 }));
  }
  if (save) await saveRows(engine, console, name, entry);
  return null;
}

/** @throws AppError `no_key` */
function namedKey({ environment }: Pick<Engine, "environment">, variable: string): Key {
  const found = environment.get(variable);
  if (found === null) throw new AppError("no_key", { provider: variable, variable });
  return { value: found.value.trim(), origin: found.origin };
}

/** The name that was given with `--provider`, or one of the host. */
function nameFor({ origins, providers, settings }: Engine, address: string): string {
  return origins.provider?.kind === "flag" ? settings.provider : freeName(providers, address);
}

function modelNamed({ origins, settings }: Engine): string | null {
  return origins.model?.kind === "flag" ? (settings.model ?? null) : null;
}

function tell({ terminal, words }: Console, found: FoundEndpoint, requests: number): void {
  const { endpoint: said } = words.doctor;
  const { baseUrl: url, models, auth, streams, wire } = found;
  const form = auth === null ? "" : auth.type === "header" ? inFlow(auth.headers) : `Authorization: Bearer`;
  const lines = [
    said.found({ url, models: models?.length ?? null, requests }),
    said.auth({ form }),
    said.streams({ streams, envelope: wire !== null }),
  ];
  for (const line of lines) terminal.say(sanitize(line));
}

/** Only what differs from what a provider is taken for of which nothing is known. */
function rowsOf(found: FoundEndpoint, keyVariable: string | null): ProviderConfig {
  const { baseUrl, auth, model, streams, wire, rename } = found;
  return {
    base_url: baseUrl,
    ...(auth !== null && keyVariable !== null && { key_variable: keyVariable }),
    ...(auth !== null && auth.type !== "bearer" && { auth }),
    model,
    ...(!streams && { stream: false }),
    ...(Object.keys(rename).length > 0 && { rename }),
    ...(wire !== null && { wire }),
  };
}

/** The rows with what questions to the model show; a form of the service's own has no place for it. */
async function completed(
  engine: Pick<Engine, "stop">,
  { terminal, words }: Console,
  connect: (entry: ProviderConfig) => ReturnType<Engine["connectWith"]>,
  rows: ProviderConfig,
  { auth, model, wire }: FoundEndpoint,
): Promise<ProviderConfig> {
  if (wire !== null) return rows;
  const { endpoint: said } = words.doctor;
  terminal.say(sanitize(said.asking({ model })));
  const probe = await openProbe(await connect({ ...rows, auth: auth ?? { type: "none" } }), model, engine.stop);
  let tools: boolean | null = null;
  try {
    await probe.first();
    const questions = [
      async () => await probe.thinking(),
      async () => await probe.prefix(),
      async () => await probe.json(),
      async () => await probe.schema(),
    ];
    for (const ask of questions) if (!probe.slow) await ask();
    if (!probe.slow) tools = await probe.tools();
    if (probe.slow) terminal.warn(said.slow);
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === "interrupted") throw error;
    // What was found out before holds all the same.
    terminal.warn(sanitize(said.failed({ reason: describe(error, words.errors) })));
  }
  const { thinking, prefix, stream_usage: usage, schema } = probe.findings(new Date());
  return {
    ...rows,
    ...(usage === false && rows.stream !== false && { stream_usage: false }),
    ...(thinking !== null && thinking !== "none" && { thinking }),
    ...(prefix !== null && prefix !== "none" && { prefix }),
    ...(schema !== null && schema !== "json_schema" && { schema }),
    ...(tools === false && { tools: "none" }),
  };
}

async function saveRows(
  { folders, workingFolder }: Engine,
  { terminal, words }: Console,
  name: string,
  entry: ProviderConfig,
): Promise<void> {
  const path = folders.configFile;
  for (const [row, value] of Object.entries(entry)) await saveSetting(path, ["providers", name, row], value);
  terminal.succeed(sanitize(words.doctor.endpoint.saved({ name, path: displayPath(workingFolder, path) })));
}
