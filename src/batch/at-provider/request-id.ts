import { hash } from "node:crypto";

/** Ids that every service takes. Neither SiliconFlow nor OpenAI says what else it would. */
const safe = /^[\w.:-]{1,64}$/u;
const encoded = "b64.";
const hashed = "sha.";

/** What an item's id is called at a service: itself where it is safe, else an encoding of it, or for long ones a hash. */
export function customIdOf(id: string): string {
  if (safe.test(id) && !id.startsWith(encoded) && !id.startsWith(hashed)) return id;
  const written = encoded + Buffer.from(id).toString("base64url");
  return written.length <= 64 && id.isWellFormed() ? written : hashed + hash("sha256", id, "base64url");
}

/** The item's id, as far as that of the service tells it: a hash stays one. */
export function idOfCustom(customId: string): string {
  if (!customId.startsWith(encoded)) return customId;
  const id = Buffer.from(customId.slice(encoded.length), "base64url").toString("utf8");
  return customIdOf(id) === customId ? id : customId;
}
