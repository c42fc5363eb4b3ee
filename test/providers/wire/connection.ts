import { signWithBearer } from "../../../src/providers/auth/bearer.ts";
import { findProvider } from "../../../src/providers/catalogue.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";

/** A connection that nothing goes over. */
export const connection: Connection = {
  ...findProvider("deepseek", {}),
  key: "sk-0123456789abcdef",
  keyOrigin: "DEEPSEEK_API_KEY",
  secrets: [],
  sign: signWithBearer,
  proofs: null,
  proxy: null,
  transport: createTransport({}),
  idleTimeout: null,
  maxAnswer: 256 * 1024 * 1024,
};
