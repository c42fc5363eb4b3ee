import { type AuthForm, type SecretSource, secretSourcesOf } from "../config/auth-options.ts";
import { type CommandOutputs, outputOf } from "../config/key-command.ts";
import type { Environment } from "../config/environment.ts";
import type { Folders } from "../config/folders.ts";
import { findKey, type Key, type KeyPlaces } from "../config/keys.ts";
import type { Origin } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import { AppError } from "../errors.ts";
import { LiveSecrets } from "../providers/auth/live-secrets.ts";
import { signerOf, type SignerOptions } from "../providers/auth/signer.ts";
import type { Provider } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import type { AuthState, Transport } from "../providers/http/transport.ts";
import { isTemplated, namesOf, rulesOf } from "../signature-rules.ts";
import type { ClockFacts, Credentials } from "./credentials.ts";
import { tokenStore } from "./token-store.ts";

/** What secrets are found in, and signatures made of; the engine is one. */
interface AuthSource {
  readonly environment: Environment;
  readonly folders: Folders;
  readonly keyPlaces: KeyPlaces;
  readonly transport: Transport;
  readonly log: Log | null;
  readonly stop: AbortSignal;
  readonly onClock: (facts: ClockFacts) => void;
}

/** What `connections.ts` does for a provider's credentials. */
interface Ways {
  /** The provider's own key. */
  readonly findKey: () => Promise<Key | null>;
  /** @throws AppError where a secret from there may not go to the provider */
  readonly mayGo: (origin: Origin | null) => void;
  /** The service that gives out tokens. @throws AppError `insecure_endpoint`, `insecure_proxy` */
  readonly connectTo: (url: string) => Connection;
}

/** Milliseconds that the program of the form `command` may take. */
const programTimeout = 60_000;

/**
 * What a provider's `auth` signs requests with. Secrets are found where keys are, and obey the same rules of trust.
 *
 * @throws AppError `no_secret`; as `keyFor`
 */
export async function authenticate(
  engine: AuthSource,
  { provider, baseUrl }: { readonly provider: Provider; readonly baseUrl: string },
  auth: AuthForm,
  ways: Ways,
): Promise<Credentials> {
  ways.mayGo(null);
  const key = usesKey(auth) ? await neededKey(provider.name, provider.keyVariable, ways) : null;
  const found = await findSecrets(engine, provider.name, secretSourcesOf(auth));
  const all = [...(key === null ? [] : [{ name: "key", key }]), ...found];
  const origins = all.map(({ name, key: { origin } }) => ({ name, origin }));
  if (auth.type === "command") origins.push({ name: "command", origin: { kind: "command", name: "auth.command" } });
  for (const { origin } of origins) ways.mayGo(origin);
  const secrets = Object.fromEntries(all.map(({ name, key: { value } }) => [name, value]));
  for (const value of Object.values(secrets)) engine.log?.hide(value);
  const known = new LiveSecrets(Object.values(secrets));
  const state = stateOf(engine.transport, `${provider.name} ${baseUrl}`);
  // Where no token may be asked for, nothing is sent either.
  if (auth.type === "oauth2") ways.connectTo(auth.token_url);
  const options = { auth, secrets, state, known, ...meansOf(engine, provider.name, known, secrets, ways.connectTo) };
  return { key, sign: signerOf(options), proofs: known, origins };
}

function usesKey(auth: AuthForm): boolean {
  return isTemplated(auth) && namesOf(rulesOf(auth)).has("key");
}

async function neededKey(provider: string, variable: string | null, { findKey: find }: Ways): Promise<Key> {
  const key = await find();
  if (key === null)
    throw new AppError("no_key", { provider, variable: variable ?? `providers.${provider}.key_variable` });
  return key;
}

async function findSecrets(
  engine: AuthSource,
  provider: string,
  sources: readonly SecretSource[],
): Promise<{ readonly name: string; readonly key: Key }[]> {
  const outputs: CommandOutputs = new Map();
  const found: { name: string; key: Key }[] = [];
  // One after the other: a locked keyring asks once.
  for (const { name, variable, command, field, isOptional } of sources) {
    const owner = { provider: `${provider}/${name}`, variable, command, field, outputs };
    const key = await findKey(owner, engine.keyPlaces, engine.stop);
    if (key === null && !isOptional) throw new AppError("no_secret", { provider, secret: name, variable });
    if (key !== null) found.push({ name, key });
  }
  return found;
}

function stateOf({ authStates }: Transport, about: string): AuthState {
  const state = authStates.get(about) ?? { clockOffset: null, credential: null, pending: null };
  authStates.set(about, state);
  return state;
}

type Means = Pick<SignerOptions, "onToken" | "onClock" | "requestToken" | "runProgram" | "tokensOf">;

/** How the forms that need more than a signature get it. */
function meansOf(
  engine: AuthSource,
  provider: string,
  known: LiveSecrets,
  secrets: Readonly<Record<string, string>>,
  connectTo: Ways["connectTo"],
): Means {
  const { environment, folders, keyPlaces, log, stop } = engine;
  return {
    onToken: (text) => {
      known.add(text);
      log?.hide(text);
    },
    onClock: (host, skew) => {
      log?.write("warn", "clock", { host, ...skew });
      engine.onClock({ host, ...skew });
    },
    requestToken: async (auth, values) => {
      const { requestToken } = await import("../providers/auth/token-request.ts");
      return await requestToken({ ...connectTo(auth.token_url), proofs: known }, provider, auth, values, stop);
    },
    tokensOf: (auth) => tokenStore(folders, provider, secrets["client_id"] ?? "", auth),
    runProgram: async ({ command }) => {
      const { keyVariables } = keyPlaces;
      const { variables } = environment;
      return await outputOf({ provider, command, variables, keyVariables, timeout: programTimeout, signal: stop });
    },
  };
}
