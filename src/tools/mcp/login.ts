import { timingSafeEqual, randomBytes } from "node:crypto";
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import type { RemoteService } from "./server-config.ts";

/** What is kept of a login at a server. */
export interface StoredLogin {
  readonly client?: StoredOAuthClientInformation | undefined;
  readonly tokens?: StoredOAuthTokens | undefined;
  /** Where the browser was sent back to; the client is registered with it. */
  readonly redirect?: string | undefined;
}

/** Where a login is kept; for one server. */
export interface LoginStore {
  readonly read: () => StoredLogin;
  readonly write: (login: StoredLogin) => void;
}

/** How a person logs in; where nobody can be asked there is none. */
export interface LoginWay {
  /** Where the browser is sent back to. */
  readonly redirect: string;
  readonly open: (url: URL) => void;
}

/** A person must log in, and nobody was asked. */
export class LoginNeeded extends Error {
  constructor() {
    super("A login is needed.");
  }
}

/** Stands for the address of the program where no browser will be sent back to it. */
const nowhere = "http://127.0.0.1/callback";

/** What the client asks about OAuth: who the program is, where its tokens are, and how a person is asked. */
export class StoredLogins implements OAuthClientProvider {
  readonly #store: LoginStore;
  readonly #service: RemoteService;
  readonly #way: LoginWay | null;
  #verifier = "";
  #found: OAuthDiscoveryState | undefined;
  readonly #state = randomBytes(24).toString("base64url");

  constructor(service: RemoteService, store: LoginStore, way: LoginWay | null) {
    [this.#service, this.#store, this.#way] = [service, store, way];
  }

  get redirectUrl(): string {
    return this.#way?.redirect ?? this.#store.read().redirect ?? nowhere;
  }

  get clientMetadata(): OAuthClientMetadata {
    const { scope, client } = this.#service;
    return {
      client_name: "deepseek-chat",
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: (client?.secret ?? null) === null ? "none" : "client_secret_post",
      ...(scope !== null && { scope }),
    };
  }

  state(): string {
    return this.#state;
  }

  /** Whether a browser came back from the login that was begun here. */
  isOwnState(state: string | null): boolean {
    const [given, own] = [Buffer.from(state ?? ""), Buffer.from(this.#state)];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** @throws LoginNeeded where there is none, and nobody is there for whom the program could be registered */
  clientInformation(): StoredOAuthClientInformation | undefined {
    const { client: own } = this.#service;
    if (own !== null) return { client_id: own.id, ...(own.secret !== null && { client_secret: own.secret }) };
    const { client, redirect } = this.#store.read();
    if (this.#way === null) {
      if (client === undefined) throw new LoginNeeded();
      return client;
    }
    // It was registered for another address of this machine.
    return redirect === this.#way.redirect ? client : undefined;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#store.write({ client, redirect: this.redirectUrl });
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#store.read().tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#store.write({ ...this.#store.read(), tokens, redirect: this.redirectUrl });
  }

  /** @throws LoginNeeded where nobody can be asked */
  redirectToAuthorization(url: URL): void {
    if (this.#way === null) throw new LoginNeeded();
    this.#way.open(url);
  }

  /** Which server a login goes to is found out once, and is the same when the browser comes back. */
  saveDiscoveryState(found: OAuthDiscoveryState): void {
    this.#found = found;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#found;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery"): void {
    const { tokens: _tokens, ...rest } = this.#store.read();
    if (scope === "all" || scope === "discovery") this.#found = undefined;
    if (scope === "all" || scope === "client") this.#store.write({});
    else if (scope === "tokens") this.#store.write(rest);
  }
}
