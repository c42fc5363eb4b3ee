import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import type { Connection } from "../../src/providers/connection.ts";
import { callOpenAI } from "../../src/providers/wire/openai-client.ts";
import { connection as bare } from "../providers/wire/connection.ts";

/**
 * The entry of a program that uploads a file, built by the program's own build: what is bundled in place of Node's globals must
 * be able to. Its signature covers the bytes of the body.
 *
 * @param args the base URL; the file
 */
export async function main([baseUrl = "", path = ""]: readonly string[]): Promise<void> {
  const { Files } = await import("openai/resources/files");
  const connection: Connection = {
    ...bare,
    baseUrl,
    sign: async (_, { method, url, headers, body }) => {
      const digest = createHash("sha256");
      if (body instanceof Uint8Array) digest.update(body);
      else for await (const piece of body?.read() ?? []) digest.update(piece);
      return {
        headers: { "x-signed": [method, url.pathname, headers["content-type"], digest.digest("hex")].join(" ") },
      };
    },
  };
  const loadedBefore = isUndiciLoaded();
  const file = new File([await openAsBlob(path)], basename(path), { type: "application/jsonl" });
  const uploaded = await callOpenAI(connection, { baseUrl, model: "" }, (client, options) =>
    new Files(client).create({ file, purpose: "batch" }, options),
  );
  process.stdout.write(JSON.stringify({ uploaded, loadedBefore, loadedAfter: isUndiciLoaded() }));
  process.exit();
}

/** Whether what Node's own `fetch`, forms and responses come from is loaded. */
function isUndiciLoaded(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  return moduleLoadList.some((name) => name.endsWith("internal/deps/undici/undici"));
}
