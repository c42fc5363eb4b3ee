import { createHash } from "node:crypto";
import { join } from "node:path";
import { replaceFile } from "../atomic-file.ts";
import type { AuthOf } from "../config/auth-options.ts";
import type { Folders } from "../config/folders.ts";
import { readRegular } from "../files.ts";
import type { TokenStore } from "../providers/auth/signer.ts";
import type { Credential } from "../providers/http/transport.ts";

const maxBytes = 1024 * 1024;

/**
 * Tokens of OAuth 2, in a private file beside what else the program keeps of a person. One is found by all that it was asked for with,
 * but the client's secret. Where the file cannot be read or written, each run asks for a token of its own.
 */
export function tokenStore(
  folders: Pick<Folders, "data">,
  provider: string,
  client: string,
  auth: AuthOf<"oauth2">,
): TokenStore {
  const path = join(folders.data, "auth-tokens.json");
  const { token_url: url, scope = "", form = {} } = auth;
  const about = createHash("sha256")
    .update(JSON.stringify([provider, client, url, scope, form]))
    .digest("hex");
  const write = (credential: Credential | null) => {
    const now = Date.now();
    const others = Object.entries(readTokens(path)).filter(([name, { renewAt }]) => name !== about && renewAt > now);
    const tokens = Object.fromEntries([...others, ...(credential === null ? [] : [[about, credential] as const])]);
    try {
      replaceFile(path, `${JSON.stringify(tokens, null, 2)}\n`);
    } catch {
      // The token is used in this run all the same.
    }
  };
  return { read: () => readTokens(path)[about] ?? null, write };
}

function readTokens(path: string): Record<string, Credential> {
  try {
    const text = readRegular(path, { maxBytes, noLinks: true, owner: "self" }).toString("utf8");
    const read: unknown = JSON.parse(text);
    const entries = typeof read === "object" && read !== null ? Object.entries(read as Record<string, Credential>) : [];
    return Object.fromEntries(
      entries.filter(([, { value, renewAt }]) => typeof value === "string" && typeof renewAt === "number"),
    );
  } catch {
    return {};
  }
}
