import type { Signer } from "../connection.ts";

/** Sends the key as a bearer token (RFC 6750), unless the config file has an `Authorization` of its own. */
export const signWithBearer: Signer = ({ key }, { headers }) =>
  key === null || "authorization" in headers ? {} : { headers: { authorization: `Bearer ${key}` } };
