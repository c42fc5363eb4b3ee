import type { AuthForm } from "../../src/config/auth-options.ts";
import { LiveSecrets } from "../../src/providers/auth/live-secrets.ts";
import { signerOf, type SignerOptions } from "../../src/providers/auth/signer.ts";
import type { Connection, FinalRequest, Signature, Signer } from "../../src/providers/connection.ts";
import type { Credential } from "../../src/providers/http/transport.ts";

/** What a signer is made with where a test says nothing else: no network and no programs. */
export function signingWith(auth: AuthForm, changes: Partial<SignerOptions> = {}): SignerOptions {
  let stored: Credential | null = null;
  return {
    auth,
    secrets: {},
    state: { clockOffset: null, credential: null, pending: null },
    known: new LiveSecrets([]),
    onToken: () => {},
    onClock: () => {},
    requestToken: () => Promise.reject(new Error("No token is asked for here.")),
    tokensOf: () => ({ read: () => stored, write: (credential) => (stored = credential) }),
    runProgram: () => Promise.reject(new Error("No program is run here.")),
    ...changes,
  };
}

/** What an attempt at a request is signed with. */
export async function signed(
  options: SignerOptions | Signer,
  { method = "POST", url = "https://llm.example.com/v1/chat/completions", headers = {}, body = "" }: Attempt = {},
): Promise<Signature> {
  const sign = typeof options === "function" ? options : signerOf(options);
  const request: FinalRequest = { method, url: new URL(url), headers, body: body === null ? null : Buffer.from(body) };
  return await sign({ name: "mine" } as Connection, request);
}

interface Attempt {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
}
